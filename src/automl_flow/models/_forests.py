"""The parts that random forests and extra trees share: all but the estimators and some numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from automl_flow.models.family import Array, FitContext, Fitted, FoldData, ModelFamily, Params
from automl_flow.models.formats.trees import Forest
from automl_flow.tasks.types import Problem

if TYPE_CHECKING:
    from optuna.trial import BaseTrial

TREES = 100
_MAX_TREES = 300
_MAX_BYTES = 48 << 20  # of one forest, at most, roughly
_STEP = 10  # trees that grow between two looks at the clock


def forest_family(
    name: str,
    build: Callable[[Params, FitContext], Any],
    portfolio: Callable[[FitContext], tuple[Params, ...]],
    seconds: Callable[[Params, FitContext], float],
    *,
    portfolio_ranks: tuple[int, ...],
    stacking_ranks: Mapping[int, int],
) -> ModelFamily:
    """Return the family of one kind of forest; arguments are the fields of :class:`ModelFamily`."""
    return ModelFamily(
        name=name,
        problems=("binary", "multiclass", "regression", "multilabel", "multioutput"),
        encoding="ordinal",
        build=build,
        suggest=suggest_forest,
        portfolio=portfolio,
        seconds=seconds,
        work=forest_work,
        fit=forest_fit,
        predict=forest_predict,
        dump=dump,
        load=Forest.from_bytes,
        portfolio_ranks=portfolio_ranks,
        stacking_ranks=stacking_ranks,
        preload=("sklearn.ensemble",),
    )


def options(params: Params, context: FitContext) -> Params:
    """Arguments of scikit-learn's forests.

    Leaves that shrink to single rows make trees as large as the table, times the classes: where a forest would
    outgrow the memory, its leaves are kept larger.
    """
    per_leaf = 2 * (64 + 8 * context.outputs)  # bytes: as many inner nodes as leaves, each with all outputs
    most_leaves = _MAX_BYTES / (int(params["trees"]) * per_leaf)
    least = max(int(params["min_samples_leaf"]), math.ceil(0.5 * context.n_rows / most_leaves))
    return {
        "n_estimators": int(params["trees"]),
        "criterion": params["criterion"],
        "max_features": float(params["max_features"]),
        "min_samples_leaf": least,
        "n_jobs": context.threads,
        "random_state": context.seed,
    }


def grow_forest(learner: Any, data: FoldData, context: FitContext) -> Fitted:
    """Grow a forest some trees at a time, and keep those grown so far when the deadline has passed.

    Each tree has its own seed from the forest's, so that they are the trees of a forest that grew in one go.
    """
    rows = np.ascontiguousarray(data.X, dtype=np.float32)  # once, and not at each step
    most = context.iterations or int(learner.n_estimators)
    learner.set_params(warm_start=True)
    trees = 0
    while trees < most and not (trees and context.out_of_time()):
        trees = min(trees + _STEP, most)
        learner.set_params(n_estimators=trees).fit(rows, data.y, sample_weight=data.weight)
    return Fitted(learner.set_params(warm_start=False), trees, cut_short=trees < most)


def criteria(context: FitContext) -> list[str]:
    """Split criteria for the problem."""
    return ["gini", "entropy"] if context.has_classes else ["squared_error"]


def usual_share(context: FitContext) -> float:
    """The usual share of columns that a split looks at in classification: their square root."""
    return min(1.0, max(0.05, 1.0 / math.sqrt(max(context.n_columns, 1))))


def two_forests(context: FitContext, share: float, wider: float, leaf: int) -> tuple[Params, ...]:
    """Return the usual forest, and one with larger leaves that looks at more columns.

    Args:
        context: The problem.
        share: Share of the columns that a split of the first looks at.
        wider: How many times as many the second looks at.
        leaf: Smallest leaf of the second.
    """
    first: Params = {
        "trees": TREES,
        "criterion": criteria(context)[-1],
        "max_features": share,
        "min_samples_leaf": 1,
    }
    return first, {**first, "max_features": min(1.0, wider * share), "min_samples_leaf": leaf}


def suggest_forest(trial: BaseTrial, context: FitContext) -> Params:
    """Suggest a forest."""
    return {
        "trees": trial.suggest_int("trees", TREES, _MAX_TREES, step=100),
        "criterion": trial.suggest_categorical("criterion", criteria(context)),
        "max_features": trial.suggest_float("max_features", 0.05, 1.0),
        "min_samples_leaf": trial.suggest_int("min_samples_leaf", 1, 50, log=True),
    }


def forest_fit(learner: Any, data: FoldData, context: FitContext) -> Fitted:
    """Grow a forest, and keep its trees alone."""
    grown = grow_forest(learner, data, context)
    return replace(grown, model=Forest.of(grown.model))


def forest_predict(model: Forest, X: Any, problem: Problem) -> Array:  # noqa: ARG001 - one signature for all families
    """Predict probabilities (n, k) or values (n, 1)."""
    return model.predict(X)


def dump(model: Forest) -> bytes:
    """Store the trees."""
    return model.to_bytes()


def forest_seconds(params: Params, context: FitContext, scale: float) -> float:
    """Guess the seconds of one fit: trees × rows × log rows × columns looked at."""
    looked_at = max(1.0, float(params["max_features"]) * context.n_columns)
    rows = max(context.n_rows, 2)
    per_tree = scale * rows * math.log2(rows) * (looked_at + 2)
    return 0.05 + int(params["trees"]) * (per_tree + 5e-4)


def forest_work(model: Forest, context: FitContext) -> float:
    """Guess the microseconds to predict a row: one walk down each tree, and the sum of the leaves."""
    depth = math.log2(max(context.n_rows, 2))
    return float(len(model.trees)) * (0.006 * depth + 0.004 * context.outputs)
