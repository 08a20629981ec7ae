"""The model that knows nothing: class shares, or the mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl_flow.models.family import FitContext, ModelFamily, Params

if TYPE_CHECKING:
    from optuna.trial import BaseTrial


def build(params: Params, context: FitContext) -> Any:  # noqa: ARG001 - one signature for all families
    """Return scikit-learn's dummy; the median or a quantile where the metric asks for it."""
    from sklearn.dummy import DummyClassifier, DummyRegressor

    if context.has_classes:
        return DummyClassifier(strategy="prior")
    if context.quantile is not None:
        return DummyRegressor(strategy="quantile", quantile=context.quantile)
    absolute = context.metric in ("mae", "median_absolute_error", "mape")
    return DummyRegressor(strategy="median" if absolute else "mean")


def suggest(trial: BaseTrial, context: FitContext) -> Params:  # noqa: ARG001 - one signature for all families
    """Suggest nothing."""
    return {}


def portfolio(context: FitContext) -> tuple[Params, ...]:  # noqa: ARG001 - one signature for all families
    """Return its only configuration."""
    return ({},)


def seconds(params: Params, context: FitContext) -> float:  # noqa: ARG001 - one signature for all families
    """Guess the seconds of one fit."""
    return 0.001 + 1e-8 * context.n_rows


def work(model: Any, context: FitContext) -> float:  # noqa: ARG001 - one signature for all families
    """Guess the microseconds to predict a row."""
    return 0.01


ENTRY = ModelFamily(
    name="baseline",
    problems=("binary", "multiclass", "regression", "multilabel", "multioutput"),
    encoding="ordinal",
    build=build,
    suggest=suggest,
    portfolio=portfolio,
    seconds=seconds,
    work=work,
    quantile=True,
    constrained=True,
    seeded=False,
    skops_types=("sklearn.dummy.DummyClassifier", "sklearn.dummy.DummyRegressor"),
    portfolio_ranks=(170,),
)
