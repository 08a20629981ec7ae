"""Scaling of the tabular search: what a fixed piece of work costs, and what a large table gets in a given time.

    python benchmarks/tabular_scaling.py cost [--rows 10000 30000 100000 300000] [--columns 10 30 100]
    python benchmarks/tabular_scaling.py budget [--rows 1000000] [--columns 30] [--seconds 600]

``cost`` runs the first trials of the portfolio without a clock and writes seconds against rows and columns, as lines
of JSON and as a plot. ``budget`` searches for some seconds and compares with LightGBM as it comes, trained on 100,000
of the rows; memory is the largest sum over the process and its workers, counted as proportional set size (pages that
processes share are divided among them) and as resident size (they are counted in each).

The table is generated: numbers and categories, a non-linear signal, noise. Results: ``benchmarks/results``.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import psutil
from lightgbm import LGBMClassifier
from sklearn.metrics import roc_auc_score

from automl_flow import AutoMLClassifier

matplotlib.use("Agg")
from matplotlib import pyplot as plt

RESULTS = Path(__file__).parent / "results"
LEVELS = (3, 12, 60, 400)  # of the categories
TEST_ROWS = 50_000
SAMPLE = 100_000  # rows that the plain LightGBM learns from
TRIALS = 3  # of the portfolio, for a fixed piece of work


def make_table(rows: int, columns: int, seed: int) -> tuple[pd.DataFrame, pd.Series]:
    """Numbers and four categories; the first four numbers and the categories say something about the class."""
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(rows, columns - len(LEVELS))).astype(np.float32)
    X = pd.DataFrame(numbers, columns=[f"n{i}" for i in range(numbers.shape[1])])
    codes = [rng.integers(0, levels, rows) for levels in LEVELS]
    for number, code in enumerate(codes):
        X[f"c{number}"] = pd.Categorical.from_codes(code, [f"level {k}" for k in range(code.max() + 1)])
    effects = sum(rng.normal(size=code.max() + 1)[code] for code in codes)
    signal = np.sin(2 * numbers[:, 0]) + numbers[:, 1] * numbers[:, 2] + 0.5 * numbers[:, 3] ** 2 + 0.7 * effects
    chance = 1 / (1 + np.exp(-(signal - signal.mean())))
    return X, pd.Series(np.where(rng.random(rows) < chance, "yes", "no"), name="y")


class PeakMemory:
    """Watches the memory of this process and of those it starts."""

    def __init__(self) -> None:
        self.shared_out, self.summed = 0, 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        me = psutil.Process()
        while not self._over.wait(0.5):
            found = [used for used in map(_used, [me, *me.children(recursive=True)]) if used is not None]
            self.shared_out = max(self.shared_out, sum(used.pss for used in found))
            self.summed = max(self.summed, sum(used.rss for used in found))


def _used(process: psutil.Process) -> Any:
    try:
        return process.memory_full_info()
    except psutil.Error:  # it has just ended
        return None


def cost(rows: int, columns: int) -> dict[str, Any]:
    """Seconds for the first trials of the portfolio, five folds each, and for the fits on all rows."""
    X, y = make_table(rows, columns, seed=0)
    began = time.monotonic()
    AutoMLClassifier(max_trials=TRIALS, n_jobs=1).fit(X, y)
    return {"rows": rows, "columns": columns, "trials": TRIALS, "seconds": round(time.monotonic() - began, 1)}


def budget(rows: int, columns: int, seconds: float) -> dict[str, Any]:
    """What a search of some seconds gives, beside LightGBM as it comes."""
    X, y = make_table(rows + TEST_ROWS, columns, seed=0)
    X_test, truth = X.iloc[rows:], y.iloc[rows:] == "yes"
    X, y = X.iloc[:rows], y.iloc[:rows]
    began = time.monotonic()
    with PeakMemory() as memory:
        model = AutoMLClassifier(time_left_for_this_task=seconds, n_jobs=2).fit(X, y)
    fitted = time.monotonic()
    ours = model.predict_proba(X_test)[:, 1]
    predicted = time.monotonic()
    sample = np.random.default_rng(0).permutation(rows)[:SAMPLE]
    plain = LGBMClassifier(verbosity=-1, n_jobs=2).fit(X.iloc[sample], y.iloc[sample]).predict_proba(X_test)[:, 1]
    return {
        "rows": rows,
        "columns": columns,
        "budget": seconds,
        "fit_seconds": round(fitted - began, 1),
        "auc": round(float(roc_auc_score(truth, ours)), 5),
        "auc_lightgbm_on_sample": round(float(roc_auc_score(truth, plain)), 5),
        "rows_per_second": round(TEST_ROWS / (predicted - fitted)),
        "peak_mb": round(memory.shared_out / 2**20),
        "peak_mb_summed": round(memory.summed / 2**20),
        "trials": len(model.leaderboard()),
    }


def draw(lines: list[dict[str, Any]], path: Path) -> None:
    """Seconds against rows, a curve for each number of columns, beside lines of proportional cost."""
    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    for columns in sorted({line["columns"] for line in lines}):
        points = [(line["rows"], line["seconds"]) for line in lines if line["columns"] == columns]
        x, seconds = np.array(sorted(points)).T
        (curve,) = axes.loglog(x, seconds, marker="o", label=f"{columns} columns")
        axes.loglog(x, seconds[-1] * x / x[-1], linestyle=":", color=curve.get_color())
    axes.set(xlabel="rows", ylabel="seconds")
    axes.set_title(f"Feature planning and {TRIALS} trials of five folds (dotted: proportional to rows)", size="medium")
    sizes = sorted({line["rows"] for line in lines})
    axes.set_xticks(sizes, [f"{rows:,}" for rows in sizes])
    axes.set_xticks([], minor=True)
    axes.legend()
    figure.savefig(path)


def store(name: str, lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Measure line by line, and store the lines with the command that made them."""
    measured = []
    for line in lines:
        print(json.dumps(line), flush=True)
        measured.append(line)
    command = " ".join(["python benchmarks/tabular_scaling.py", *sys.argv[1:]])
    document = {"command": command, "lines": measured}
    (RESULTS / f"tabular_scaling_{name}.json").write_text(json.dumps(document, indent=1) + "\n")
    return measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    studies = parser.add_subparsers(dest="study", required=True)
    by_cost, by_budget = studies.add_parser("cost"), studies.add_parser("budget")
    by_cost.add_argument("--rows", type=int, nargs="+", default=[10_000, 30_000, 100_000, 300_000])
    by_cost.add_argument("--columns", type=int, nargs="+", default=[10, 30, 100])
    by_budget.add_argument("--rows", type=int, nargs="+", default=[1_000_000])
    by_budget.add_argument("--columns", type=int, nargs="+", default=[30])
    by_budget.add_argument("--seconds", type=float, default=600)
    args = parser.parse_args()
    sizes = itertools.product(args.rows, args.columns)
    if args.study == "cost":
        lines = store("cost", itertools.starmap(cost, sizes))
        draw(lines, RESULTS / "tabular_scaling_cost.svg")
    else:
        store("budget", (budget(rows, columns, args.seconds) for rows, columns in sizes))


if __name__ == "__main__":
    main()
