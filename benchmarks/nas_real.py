"""Search for networks on real data and print one JSON line per run.

    python benchmarks/nas_real.py digits --trials 8 --epochs 8 --seeds 0 1 2
    python benchmarks/nas_real.py fashion --seconds 900 --seeds 0 1 2 --out benchmarks/results/nas_fashion.json
    python benchmarks/nas_real.py fashion --train 60000 --seconds 7200
    python benchmarks/nas_real.py npz --file japanese_vowels.npz --trials 8 --epochs 20

``fashion`` reads the four IDX files of Fashion-MNIST (Debian puts them where ``--folder`` looks by itself);
``npz`` a file with x_train, y_train, x_test, y_test (sequences).
"""

from __future__ import annotations

import argparse
import gzip
import json
import shlex
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np


def digits() -> tuple[np.ndarray, ...]:
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    data = load_digits()
    x = (data.images * 15.9375).astype(np.uint8)
    x_train, x_test, y_train, y_test = train_test_split(
        x, data.target, test_size=0.25, random_state=0, stratify=data.target
    )
    return x_train, y_train, x_test, y_test


def fashion(folder: Path, train: int) -> tuple[np.ndarray, ...]:
    """All test images; *train* training images, as many of each class."""
    names = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    x, y, x_test, y_test = (_idx(folder / f"{name}-ubyte.gz") for name in names)
    rng = np.random.default_rng(0)
    rows = [rng.choice(np.flatnonzero(y == k), train // 10, replace=False) for k in range(10)]
    chosen = np.sort(np.concatenate(rows))
    return x[chosen], y[chosen].astype(int), x_test, y_test.astype(int)


def _idx(path: Path) -> np.ndarray:
    content = gzip.decompress(path.read_bytes())
    axes = content[3]
    shape = [int.from_bytes(content[4 + 4 * i : 8 + 4 * i], "big") for i in range(axes)]
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)


def run(estimator: Any, data: tuple[np.ndarray, ...], epochs: int) -> dict[str, Any]:
    x_train, y_train, x_test, y_test = data
    began = time.monotonic()
    estimator.fit(x_train, y_train, epochs=epochs)
    seconds = time.monotonic() - began
    board = estimator.leaderboard()
    return {
        "accuracy": round(float(estimator.score(x_test, y_test)), 4),
        "seconds": round(seconds, 1),
        "parameters": estimator.n_params_,
        "trials": len(board),
        "failed": int((board["state"] == "failed").sum()),
        "strategy": estimator.strategy_,
        "score": round(float(board.loc[board["winner"], "score"].iloc[0]), 4),
        "final_epochs": estimator.network_.facts["epochs"],
        "trained_on": estimator.network_.facts["trained_on"],
        "winner": json.loads(board.loc[board["winner"], "architecture"].iloc[0]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", choices=("digits", "fashion", "npz"))
    parser.add_argument("--folder", type=Path, default=Path("/usr/share/datasets/fashion-mnist"))
    parser.add_argument("--file", type=Path)
    parser.add_argument("--train", type=int, default=10_000)
    parser.add_argument("--trials", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--strategy", default="auto")
    parser.add_argument("--seeds", type=int, nargs="+", default=[42])
    parser.add_argument("--out", type=Path, help="file for all runs and the command that made them")
    a = parser.parse_args()
    from automl_flow import ImageClassifier, SequenceClassifier
    from automl_flow.core.files import write_json

    if a.data == "npz":
        content = np.load(a.file)
        data = tuple(content[name] for name in ("x_train", "y_train", "x_test", "y_test"))
    else:
        data = digits() if a.data == "digits" else fashion(a.folder, a.train)
    runs = []
    for seed in a.seeds:
        cls = SequenceClassifier if a.data == "npz" else ImageClassifier
        estimator = cls(
            max_trials=a.trials, time_left_for_this_task=a.seconds, strategy=a.strategy, seed=seed, progress=False
        )
        runs.append({"data": a.data, "seed": seed, "train": len(data[0]), **run(estimator, data, a.epochs)})
        print(json.dumps(runs[-1]), flush=True)
        if a.out:
            command = shlex.join(["python", "benchmarks/nas_real.py", *sys.argv[1:]])
            write_json(a.out, {"command": command, "runs": runs})


if __name__ == "__main__":
    main()
