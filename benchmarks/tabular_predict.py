"""The cost of faster predictions: one search a table, then ensembles under several limits of work per row.

    python benchmarks/tabular_predict.py --data FOLDER --tables spam satellite [--seconds 60] [--out FILE]

FOLDER holds NAME.parquet and NAME.json (with ``task``, ``target``). Two thirds of the rows are searched, the rest is
scored. Each limit builds its ensemble from the same first layer, with a second layer and the refitting of its own.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from automl_flow.core.threads import processors
from automl_flow.models import FAMILIES
from automl_flow.recipes import RecipeConfig, propose_recipe
from automl_flow.tabular.config import SearchConfig
from automl_flow.tabular.cross_validation import choose_folds
from automl_flow.tabular.ensemble.select import stack_models
from automl_flow.tabular.fit import build_model
from automl_flow.tabular.problem import TabularProblem
from automl_flow.tabular.search import search_models
from automl_flow.tabular.session.session import open_session
from automl_flow.tasks.profile import profile_table
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import make_folds
from automl_flow.tasks.target import encode_target

LIMITS = (200.0, 40.0, 20.0, 10.0)  # the first is the default
SEED = 0


def measure(folder: Path, name: str, seconds: float) -> list[dict[str, object]]:
    about = json.loads((folder / f"{name}.json").read_text())
    frame = pd.read_parquet(folder / f"{name}.parquet").sample(frac=1, random_state=SEED).reset_index(drop=True)
    y = frame.pop(about["target"])
    task = TaskSpec(target=about["target"], problem=about["task"])
    target = encode_target(y if task.problem == "regression" else y.astype(object), task)
    rows, test = np.split(np.arange(len(frame)), [2 * len(frame) // 3])
    X = frame.iloc[rows].reset_index(drop=True)
    profile = profile_table(X, task)
    config = SearchConfig(time_left_for_this_task=seconds, n_jobs=processors(), seed=SEED)
    size = {"n_rows": len(X), "n_columns": X.shape[1], "outputs": target.outputs}
    split, used = choose_folds(**size, seconds=seconds, n_jobs=config.n_jobs, seed=SEED)
    known = target.take(rows)
    folds = make_folds(known, split)[:used]
    problem = TabularProblem(X, known, task, profile, propose_recipe(profile, RecipeConfig()), None, folds)
    metric, lines = task.scorer(target.classes), []
    with (
        tempfile.TemporaryDirectory() as state,
        open_session(problem, FAMILIES.available(), config, Path(state)) as session,
    ):
        result = search_models(session)
        for limit in LIMITS:
            allowed = replace(session, config=config.model_copy(update={"predict_microseconds": limit}))
            began = time.monotonic()
            model = build_model(allowed, stack_models(allowed, result)).model
            built = time.monotonic() - began
            model.predict_raw(frame.iloc[test[:100]])
            began = time.monotonic()
            predicted = model.predict_raw(frame.iloc[test])
            rate = len(test) / (time.monotonic() - began)
            score = metric.score(target.values[test], predicted)
            lines.append(
                {
                    "table": name,
                    "metric": metric.name,
                    "limit_microseconds": limit,
                    "score": round(float(score), 5),
                    "rows_per_second": round(rate),
                    "build_seconds": round(built, 2),
                    "members": len(model.members),
                }
            )
            print(json.dumps(lines[-1]), flush=True)
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--tables", nargs="+", required=True)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    lines = [line for name in args.tables for line in measure(args.data, name, args.seconds)]
    if args.out is not None:
        args.out.write_text("".join(json.dumps(line) + "\n" for line in lines))


if __name__ == "__main__":
    main()
