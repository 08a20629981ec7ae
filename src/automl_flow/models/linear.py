"""Linear models: logistic regression, and ridge, lasso or a mixture for values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from automl_flow.models.family import Array, FitContext, Fitted, FoldData, ModelFamily, Params, plain_predict
from automl_flow.models.per_output import one_per_output
from automl_flow.tasks.types import Problem

if TYPE_CHECKING:
    from optuna.trial import BaseTrial


def build(params: Params, context: FitContext) -> Any:
    """Return a logistic regression, or a linear regression on a standardised target.

    ``strength`` is the penalty per row, so that a value means the same for any number of rows.
    """
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge
    from sklearn.preprocessing import StandardScaler

    strength = float(params["strength"])
    if context.has_classes:
        return LogisticRegression(C=1.0 / (strength * context.n_rows), max_iter=300, tol=1e-4)
    mixture = float(params["l1_share"])
    if mixture == 0.0:
        inner: Any = Ridge(alpha=strength * context.n_rows)
    else:
        inner = ElasticNet(alpha=strength, l1_ratio=mixture, max_iter=2000, random_state=context.seed)
    return TransformedTargetRegressor(inner, transformer=StandardScaler())


def fit(learner: Any, data: FoldData, context: FitContext) -> Fitted:  # noqa: ARG001 - one signature for all
    """Fit; the learner around a standardised target does not say that it hands weights on, but it does."""
    learner.fit(data.X, data.y, **({} if data.weight is None else {"sample_weight": data.weight}))
    return Fitted(learner)


def predict(model: Any, X: Any, problem: Problem) -> Array:
    """Predict in double precision: a product in single precision depends in its last digit on the place of a row."""
    return plain_predict(model, np.asarray(X, dtype=np.float64), problem)


def suggest(trial: BaseTrial, context: FitContext) -> Params:
    """Suggest a penalty and, for values, which share of it is absolute."""
    params: Params = {"strength": trial.suggest_float("strength", 1e-7, 1.0, log=True)}
    if not context.has_classes:
        params["l1_share"] = trial.suggest_categorical("l1_share", [0.0, 0.5, 1.0])
    return params


def portfolio(context: FitContext) -> tuple[Params, ...]:
    """Return a weak penalty, a strong one and a very weak one."""
    strengths = (min(1.0, 1.0 / context.n_rows), 0.03, max(1e-7, 0.01 / context.n_rows))
    extra: Params = {} if context.has_classes else {"l1_share": 0.0}
    return tuple({"strength": strength, **extra} for strength in strengths)


def seconds(params: Params, context: FitContext) -> float:  # noqa: ARG001 - one signature for all families
    """Guess the seconds of one fit: passes over the rows."""
    return 0.02 + 1.2e-7 * context.n_rows * (context.n_columns + 10) * context.outputs


def work(model: Any, context: FitContext) -> float:  # noqa: ARG001 - one signature for all families
    """Guess the microseconds to predict a row: one product."""
    return 0.1 + 0.002 * context.n_columns * context.outputs


ENTRY = one_per_output(
    ModelFamily(
        name="linear",
        problems=("binary", "multiclass", "regression"),
        encoding="scaled",
        build=build,
        suggest=suggest,
        portfolio=portfolio,
        seconds=seconds,
        work=work,
        fit=fit,
        predict=predict,
        seeded=False,
        skops_types=(
            "sklearn.compose._target.TransformedTargetRegressor",
            "sklearn.linear_model._coordinate_descent.ElasticNet",
            "sklearn.linear_model._logistic.LogisticRegression",
            "sklearn.linear_model._ridge.Ridge",
            "sklearn.preprocessing._data.StandardScaler",
        ),
        portfolio_ranks=(20, 250, 40),
        preload=("sklearn.compose", "sklearn.linear_model", "sklearn.pipeline"),
    )
)
