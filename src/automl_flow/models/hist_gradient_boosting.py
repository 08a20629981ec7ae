"""scikit-learn's histogram gradient boosting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl_flow.models.family import Array, FitContext, Fitted, FoldData, ModelFamily, Params
from automl_flow.models.formats.boosted_trees import BoostedTrees
from automl_flow.models.per_output import one_per_output
from automl_flow.tasks.problem_types import problem_type
from automl_flow.tasks.types import Problem

if TYPE_CHECKING:
    from optuna.trial import BaseTrial

_STEPS = 400
_PATIENCE = 20


def build(params: Params, context: FitContext) -> Any:
    """Return histogram gradient boosting."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingClassifier if context.has_classes else HistGradientBoostingRegressor
    quantile: Params = {} if context.quantile is None else {"loss": "quantile", "quantile": context.quantile}
    return kind(
        **quantile,
        monotonic_cst=list(context.monotone) or None,
        max_iter=context.iterations or _STEPS,
        early_stopping=False,
        learning_rate=float(params["learning_rate"]),
        max_leaf_nodes=int(params["leaves"]),
        min_samples_leaf=int(params["min_samples_leaf"]),
        l2_regularization=float(params["l2"]),
        max_features=float(params["max_features"]),
        random_state=context.seed,
    )


def fit(learner: Any, data: FoldData, context: FitContext) -> Fitted:  # noqa: ARG001 - one signature for all
    """Fit; where there are validation rows, stop when they no longer gain.

    The classes of all rows must occur among the validation rows for that; else all steps are taken.
    """
    usable = data.X_valid is not None and data.y_valid is not None and len(data.y_valid) > 0
    if not usable:
        learner.fit(data.X, data.y, sample_weight=data.weight)
        return _fitted(learner)
    learner.set_params(early_stopping=True, n_iter_no_change=_PATIENCE, scoring="loss")
    learner.fit(
        data.X,
        data.y,
        sample_weight=data.weight,
        X_val=data.X_valid,
        y_val=data.y_valid,
        sample_weight_val=data.weight_valid,
    )
    return _fitted(learner)


def _fitted(learner: Any) -> Fitted:
    return Fitted(BoostedTrees.of(learner), int(learner.n_iter_))


def predict(model: BoostedTrees, X: Any, problem: Problem) -> Array:
    """Predict probabilities (n, k) or values (n, 1)."""
    return model.predict(X, classes=problem_type(problem).has_classes)


def dump(model: BoostedTrees) -> bytes:
    """Store the trees."""
    return model.to_bytes()


def suggest(trial: BaseTrial, context: FitContext) -> Params:  # noqa: ARG001 - one signature for all families
    """Suggest trees and their shrinkage."""
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.3, log=True),
        "leaves": trial.suggest_int("leaves", 7, 127, log=True),
        "min_samples_leaf": trial.suggest_int("min_samples_leaf", 2, 100, log=True),
        "l2": trial.suggest_float("l2", 1e-6, 100.0, log=True),
        "max_features": trial.suggest_float("max_features", 0.3, 1.0),
    }


def portfolio(context: FitContext) -> tuple[Params, ...]:  # noqa: ARG001 - one signature for all families
    """Return one configuration: the boosters of the other families cover the rest."""
    return ({"learning_rate": 0.06, "leaves": 31, "min_samples_leaf": 20, "l2": 1e-3, "max_features": 0.7},)


def seconds(params: Params, context: FitContext) -> float:
    """Guess the seconds of one fit."""
    steps = min(_STEPS, 12 / float(params["learning_rate"])) * context.trees_per_step
    return 0.1 + steps * (1.2e-8 * context.n_rows * context.n_columns + 6e-5 * int(params["leaves"]))


def work(model: BoostedTrees, context: FitContext) -> float:
    """Guess the microseconds to predict a row."""
    return 0.05 * float(model.steps) * context.trees_per_step


ENTRY = one_per_output(
    ModelFamily(
        name="hist_gradient_boosting",
        problems=("binary", "multiclass", "regression"),
        encoding="ordinal",
        build=build,
        suggest=suggest,
        portfolio=portfolio,
        seconds=seconds,
        work=work,
        stops_early=True,
        quantile=True,
        constrained=True,
        fit=fit,
        predict=predict,
        dump=dump,
        load=BoostedTrees.from_bytes,
        portfolio_ranks=(150,),
        preload=("sklearn.ensemble",),
    )
)
