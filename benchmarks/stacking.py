"""The gain of the second layer: two searches a table, as long, with and without it, scored on rows of their own.

    python benchmarks/stacking.py --data FOLDER --tables spam satellite [--seconds 60]

FOLDER holds NAME.parquet and NAME.json (with ``task``, ``target``). Two thirds of the rows are learned from. Results:
``benchmarks/results/stacking.json``; a negative change is a smaller loss (of a score: of its distance to 1).
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from automl_flow import AutoMLClassifier, AutoMLRegressor

RESULT = Path(__file__).parent / "results" / "stacking.json"
SEED = 0


def compare(folder: Path, name: str, seconds: float) -> dict[str, Any]:
    """One line of the result."""
    about = json.loads((folder / f"{name}.json").read_text())
    frame = pd.read_parquet(folder / f"{name}.parquet").sample(frac=1, random_state=SEED).reset_index(drop=True)
    y = frame.pop(about["target"])
    if about["task"] != "regression":
        y = y.astype(str)
    cut = 2 * len(frame) // 3
    line: dict[str, Any] = {"table": name, "rows": cut, "seconds": seconds}
    losses = []
    for stacking in (False, True):
        kind = AutoMLRegressor if about["task"] == "regression" else AutoMLClassifier
        model = kind(time_left_for_this_task=seconds, n_jobs=2, seed=SEED, stacking=stacking)
        model.fit(frame.iloc[:cut], y.iloc[:cut])
        line["second_layer" if stacking else "first_layer"], loss = score(model, frame.iloc[cut:], y.iloc[cut:])
        losses.append(loss)
    return {**line, "change_percent": round(100 * (losses[1] / losses[0] - 1), 2)}


def score(model: AutoMLClassifier | AutoMLRegressor, X: pd.DataFrame, y: pd.Series) -> tuple[dict[str, Any], float]:
    """The score with what is said beside it, and the loss: of a score, the distance to 1."""
    classes = model.model_.classes
    metric = model.task_.scorer(classes)
    truth = y.to_numpy() if classes is None else np.array([classes.index(label) for label in y])
    value = metric.loss(truth, model.model_.predict_raw(X), None)
    shares = zip(model.model_.members, model.model_.weights, strict=True)
    vote = sum(weight for member, weight in shares if member.candidate.base_models)
    facts = {metric.name: round(metric.from_loss(value), 5), "trials": len(model.records_), "vote": round(vote, 2)}
    return facts, 1 + value if metric.greater_is_better else value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--tables", nargs="+", required=True)
    parser.add_argument("--seconds", type=float, default=60.0)
    args = parser.parse_args()
    lines = []
    for name in args.tables:
        lines.append(compare(args.data, name, args.seconds))
        print(json.dumps(lines[-1]), flush=True)
    command = f"python benchmarks/stacking.py --data FOLDER {' '.join(sys.argv[3:])}"
    RESULT.write_text(json.dumps({"command": command, "lines": lines}, indent=1) + "\n")


if __name__ == "__main__":
    main()
