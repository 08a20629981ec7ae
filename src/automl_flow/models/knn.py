"""Nearest neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl_flow.search.family import FitContext, ModelFamily, Params

if TYPE_CHECKING:
    from optuna.trial import BaseTrial


def build(params: Params, context: FitContext) -> Any:
    """Return a nearest-neighbour estimator; there are never more neighbours than rows."""
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

    kind = KNeighborsRegressor if context.problem == "regression" else KNeighborsClassifier
    return kind(
        n_neighbors=min(int(params["neighbors"]), context.n_rows),
        weights=params["weights"],
        p=int(params["power"]),
        n_jobs=context.threads,
    )


def suggest(trial: BaseTrial, context: FitContext) -> Params:  # noqa: ARG001 - one signature for all families
    """Suggest the number of neighbours, their weights and the distance."""
    return {
        "neighbors": trial.suggest_int("neighbors", 1, 100, log=True),
        "weights": trial.suggest_categorical("weights", ["uniform", "distance"]),
        "power": trial.suggest_categorical("power", [1, 2]),
    }


def portfolio(context: FitContext) -> tuple[Params, ...]:  # noqa: ARG001 - one signature for all families
    """Return two sizes of neighbourhood."""
    return (
        {"neighbors": 12, "weights": "distance", "power": 2},
        {"neighbors": 40, "weights": "distance", "power": 2},
    )


def seconds(params: Params, context: FitContext) -> float:
    """Guess the seconds of one fit, its own predictions included: they are where the work is."""
    return 0.02 + work_of(context, int(params["power"])) * 1e-6 * context.n_rows / 4


def work(model: Any, context: FitContext) -> float:
    """Guess the microseconds to predict a row: a distance to every training row."""
    return work_of(context, int(model.p))


def work_of(context: FitContext, power: int) -> float:
    """Microseconds per predicted row; other distances than the Euclidean have no fast product."""
    per_pair = 0.004 + 0.0001 * context.n_columns if power == 2 else 0.002 * context.n_columns
    return 1.0 + per_pair * context.n_rows


ENTRY = ModelFamily(
    name="knn",
    problems=("binary", "multiclass", "regression"),
    encoding="scaled",
    build=build,
    suggest=suggest,
    portfolio=portfolio,
    seconds=seconds,
    work=work,
    max_rows=50_000,
    seeded=False,
)
