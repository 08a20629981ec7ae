"""Quality of the cells that one-shot strategies derive: every cell of a small space is trained, and they are ranked.

The space is NAS-Bench-201's graph (four nodes, six edges) with three operations: 729 cells, of which 78 are different
networks. Of the 8 x 8 digits, 600 train and the other 1,197 test; each cell is trained from several seeds. A strategy
sees 480 of the 600 alone. Its candidates are then trained on these and validated on the other 120, as a search does it;
the winner is the derived cell. A percentile is the share of the 729 cells that are not better.

    python benchmarks/nas_oneshot.py table       # once; a few minutes
    python benchmarks/nas_oneshot.py strategies

A strategy may be named with a switch of its options, as ``darts:second_order``. Its row tells the percentile of the
derived cell, of the candidate that the supernet itself put first, and of the cell with the largest alphas, collapsed or
not.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import shlex
import statistics
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits

from automl_flow.core.files import write_json
from automl_flow.nas.one_shot.search import search_one_shot
from automl_flow.nas.problem import TrainingData, hold_out
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces import make_space
from automl_flow.nas.spaces.base import Architecture
from automl_flow.nas.training.fit import TrainingSpec, fit_network
from automl_flow.nas.training.loop import TrainingConfig
from automl_flow.tasks.problem_types import problem_type

OPERATIONS = ("none", "skip_connect", "nor_conv_3x3")
SPACE = make_space("cell", {"operations": OPERATIONS, "channels": 8, "cells": 2, "stages": 1})
SHAPE = DataShape(kind="image", channels=1, height=8, width=8, outputs=10)
CLASSES = problem_type("multiclass")
TRAINING = TrainingConfig(epochs=10, batch_size=32, label_smoothing=0.0)
TRAIN = 600
TABLE_SEEDS = 3
RESULTS = Path(__file__).parent / "results"
TABLE = RESULTS / "nas_oneshot_table.csv"
RUNS = RESULTS / "nas_oneshot.json"
NAMES = ("darts", "darts:second_order", "drnas", "enas", "gdas")
GOAL = 80.0  # percentile, in the median over seeds


def digits() -> tuple[TrainingData, TrainingData]:
    """The 600 training digits, and the test digits."""
    data = load_digits()
    rows = np.random.default_rng(0).permutation(len(data.target))
    x, y = data.images[rows][..., None].astype(np.float32), data.target[rows]
    fit = TrainingData(x[:TRAIN], y[:TRAIN], None, CLASSES)
    return fit, TrainingData(x[TRAIN:], y[TRAIN:], None, CLASSES)


def cells() -> list[Architecture]:
    """All cells of the space."""
    choices = SPACE.choices(SHAPE)
    return [SPACE.architecture(dict(zip(choices, c, strict=True)), SHAPE) for c in itertools.product(*choices.values())]


def make_table() -> None:
    """Train every different network and write its accuracies."""
    train, test = digits()
    unique = {cell.key: cell for cell in reversed(cells())}
    done = dict(read_table()) if TABLE.is_file() else {}
    for number, (key, cell) in enumerate(sorted(unique.items())):
        if key in done:
            continue
        began = time.process_time()
        done[key] = scores = [accuracy(cell, train, test, seed) for seed in range(TABLE_SEEDS)]
        print(
            f"{number + 1}/{len(unique)} {key}: {np.mean(scores):.4f} ({time.process_time() - began:.1f} s)", flush=True
        )
        write(TABLE, ["cell", *(f"seed_{s}" for s in range(TABLE_SEEDS))], [[k, *done[k]] for k in sorted(done)])


def read_table() -> dict[str, list[float]]:
    """Accuracies by canonical form."""
    with TABLE.open(newline="") as file:
        return {row[0]: [float(value) for value in row[1:]] for row in list(csv.reader(file))[1:]}


def run_strategies(names: list[str], seeds: int, options: Mapping[str, object]) -> None:
    """Derive a cell per strategy and seed and look it up."""
    truth = {key: statistics.mean(scores) for key, scores in read_table().items()}
    every = np.sort([truth[cell.key] for cell in cells()])
    train, _ = digits()
    held = hold_out(train.y, 0.2, 0, classes=True)
    fit, valid = (TrainingData(train.x[rows], train.y[rows], None, CLASSES) for rows in (~held, held))
    runs = []
    for name, seed in itertools.product(names, range(seeds)):
        strategy, _, switch = name.partition(":")
        began = time.process_time()
        result = search_one_shot(
            strategy, SPACE, SHAPE, fit, {**options, **({switch: True} if switch else {})}, seed=seed
        )
        spent = time.process_time() - began
        named = [SPACE.architecture(candidate.params, SHAPE) for candidate in result.candidates]
        largest = {choice: max(share, key=share.__getitem__) for choice, share in result.probabilities.items()}
        derived = max(named, key=lambda cell: accuracy(cell, fit, valid, seed))
        cell = {"derived": derived, "first": named[0], "largest_alphas": SPACE.architecture(largest, SHAPE)}
        runs.append(
            {
                "strategy": name,
                "seed": seed,
                **{what: architecture.key for what, architecture in cell.items()},
                "percentile": {what: _percentile(every, truth[found.key]) for what, found in cell.items()},
                "accuracy": round(truth[derived.key], 4),
                "collapse": result.collapse,
                "cpu_seconds": round(spent, 1),
            }
        )
        print(*runs[-1].values(), sep="  ", flush=True)
    command = shlex.join(["python", "benchmarks/nas_oneshot.py", *sys.argv[1:]])
    summary = {name: _summary([run for run in runs if run["strategy"] == name]) for name in names}
    write_json(RUNS, {"command": command, "goal": GOAL, "cells": len(every), "strategies": summary, "runs": runs})
    for name, found in summary.items():
        print(f"{name}: {found}, goal {GOAL:.0f}")


def _summary(runs: list[dict]) -> dict[str, float]:
    found = [run["percentile"]["derived"] for run in runs]
    return {
        "median": statistics.median(found),
        "lowest": min(found),
        "collapsed": sum(not run["derived"].strip("x+0") for run in runs),
    }


def accuracy(cell: Architecture, fit: TrainingData, test: TrainingData, seed: int) -> float:
    """Accuracy on *test* of a network trained on *fit*."""
    fitted = fit_network(TrainingSpec(SPACE, cell, SHAPE, TRAINING, seed), fit)
    return float((fitted.predict(test.x).argmax(1) == test.y).mean())


def _percentile(every: np.ndarray, value: float) -> float:
    return round(100.0 * float(np.searchsorted(every, value, side="right")) / len(every), 1)


def write(path: Path, head: list[str], rows: list[list[object]]) -> None:
    """Write a table."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *rows])


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("table", "strategies"))
    parser.add_argument("--only", nargs="*", default=list(NAMES), help="strategies")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, help="of the supernet; its default otherwise")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.what == "table":
        make_table()
    else:
        run_strategies(arguments.only, arguments.seeds, {"epochs": arguments.epochs} if arguments.epochs else {})


if __name__ == "__main__":
    main()
