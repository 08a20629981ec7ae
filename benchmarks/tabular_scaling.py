"""How the tabular search scales with rows: seconds, peak memory and score against a default LightGBM.

    python benchmarks/tabular_scaling.py [--rows 10000 100000 1000000] [--columns 30] [--seconds 120] [--jobs 2]

The table is generated (numbers and categories, a non-linear signal, noise). Writes one JSON line per size to standard
output. LightGBM is trained with its defaults on at most 100,000 of the rows.
"""

from __future__ import annotations

import argparse
import json
import time

import numpy as np
import pandas as pd
import psutil


def make_table(rows: int, columns: int, seed: int) -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(rows, columns - 4)).astype(np.float32)
    X = pd.DataFrame(numbers, columns=[f"n{i}" for i in range(columns - 4)])
    codes = [rng.integers(0, levels, rows) for levels in (3, 12, 60, 400)]
    for number, code in enumerate(codes):
        X[f"c{number}"] = pd.Categorical.from_codes(code, [f"level {k}" for k in range(code.max() + 1)])
    effects = sum(rng.normal(size=code.max() + 1)[code] for code in codes)
    signal = np.sin(2 * numbers[:, 0]) + numbers[:, 1] * numbers[:, 2] + 0.5 * numbers[:, 3] ** 2 + 0.7 * effects
    chance = 1 / (1 + np.exp(-(signal - signal.mean())))
    return X, pd.Series(np.where(rng.random(rows) < chance, "yes", "no"), name="y")


def default_lightgbm(X: pd.DataFrame, y: pd.Series, test: pd.DataFrame) -> np.ndarray:
    from lightgbm import LGBMClassifier

    rows = np.random.default_rng(0).permutation(len(X))[:100_000]
    return LGBMClassifier(verbosity=-1, n_jobs=1).fit(X.iloc[rows], y.iloc[rows]).predict_proba(test)[:, 1]


def measure(rows: int, columns: int, seconds: float, jobs: int) -> dict[str, object]:
    from sklearn.metrics import roc_auc_score

    from automl_flow import AutoMLClassifier

    X, y = make_table(rows + 50_000, columns, seed=0)
    train, test = slice(0, rows), slice(rows, None)
    truth = y.iloc[test] == "yes"
    began = time.monotonic()
    model = AutoMLClassifier(time_left_for_this_task=seconds, n_jobs=jobs).fit(X.iloc[train], y.iloc[train])
    fitted = time.monotonic()
    ours = model.predict_proba(X.iloc[test])[:, 1]
    predicted = time.monotonic()
    plain = default_lightgbm(X.iloc[train], y.iloc[train], X.iloc[test])
    return {
        "rows": rows,
        "columns": columns,
        "budget": seconds,
        "fit_seconds": round(fitted - began, 1),
        "rows_per_second": round(50_000 / (predicted - fitted)),
        "parent_mb": round(psutil.Process().memory_info().rss / 2**20),
        "auc": round(float(roc_auc_score(truth, ours)), 5),
        "auc_lightgbm": round(float(roc_auc_score(truth, plain)), 5),
        "trials": len(model.leaderboard()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--columns", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    for rows in args.rows:
        print(json.dumps(measure(rows, args.columns, args.seconds, args.jobs)), flush=True)


if __name__ == "__main__":
    main()
