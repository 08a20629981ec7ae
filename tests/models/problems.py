"""Small tables with columns of several kinds, as problems."""

from __future__ import annotations

import numpy as np
import pandas as pd

from automl_flow.recipes import RecipeConfig, propose_recipe
from automl_flow.tabular.predictor import EncodedRowCache, FittedCandidate
from automl_flow.tabular.problem import TabularProblem
from automl_flow.tasks.profile import profile_table
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import SplitConfig, make_folds
from automl_flow.tasks.target import encode_target
from automl_flow.tasks.types import Problem


def mixed_table(problem: Problem, rows: int = 150, seed: int = 0) -> tuple[pd.DataFrame, pd.Series]:
    """Numbers with gaps, a category and a flag, with a signal in each."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "size": rng.normal(size=rows),
            "age": rng.integers(0, 90, rows).astype(float),
            "colour": pd.Categorical(rng.choice(["red", "green", "blue"], rows)),
            "member": rng.random(rows) < 0.5,
        }
    )
    signal = X["size"] + 0.02 * X["age"] + (X["colour"] == "red") + 0.3 * rng.normal(size=rows)
    X.loc[rng.random(rows) < 0.1, "age"] = np.nan
    if problem == "regression":
        return X, signal.rename("y")
    cuts = [0.5] if problem == "binary" else [0.33, 0.66]
    codes = np.searchsorted(signal.quantile(cuts).to_numpy(), signal.to_numpy())
    return X, pd.Series(np.array(["a", "b", "c"])[codes], name="y")


def make_problem(
    problem: Problem, rows: int = 150, folds: int = 3, metric: str | None = None, weight: bool = False
) -> TabularProblem:
    """The table above as a problem."""
    X, y = mixed_table(problem, rows)
    task = TaskSpec(target="y", problem=problem, metric=metric)
    target = encode_target(y, task)
    profile = profile_table(X, task)
    recipe = propose_recipe(profile, RecipeConfig())
    weights = np.linspace(0.5, 2.0, rows) if weight else None
    return TabularProblem(X, target, task, profile, recipe, None, make_folds(target, SplitConfig(folds=folds)), weights)


def predictions(fitted: FittedCandidate, X: pd.DataFrame) -> np.ndarray:
    """What a candidate that reads no other predicts of raw rows."""
    return fitted.predict_rows(EncodedRowCache(X), {})
