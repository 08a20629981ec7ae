"""XGBoost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from automl_flow.models._boosting import bins_for, patience_for, steps_for
from automl_flow.models._stopping import StopRule
from automl_flow.models.family import Array, FitContext, Fitted, FoldData, ModelFamily, Params
from automl_flow.models.formats.xgboost_document import check_model
from automl_flow.models.per_output import one_per_output
from automl_flow.tasks.types import Problem

if TYPE_CHECKING:
    from optuna.trial import BaseTrial


def build(params: Params, context: FitContext) -> Any:
    """Return XGBoost's own parameters."""
    objective = {"binary": "binary:logistic", "multiclass": "multi:softprob", "regression": "reg:squarederror"}
    extra: Params = {"num_class": context.n_classes} if context.problem == "multiclass" else {}
    if any(context.monotone):
        extra["monotone_constraints"] = f"({','.join(map(str, context.monotone))})"
    if context.quantile is not None:
        extra["quantile_alpha"] = context.quantile
    return {
        "objective": objective[context.problem] if context.quantile is None else "reg:quantileerror",
        **extra,
        "eta": float(params["learning_rate"]),
        "max_depth": int(params["depth"]),
        "min_child_weight": float(params["min_child_weight"]),
        "colsample_bytree": float(params["column_share"]),
        "subsample": float(params["row_share"]),
        "lambda": float(params["l2"]),
        "alpha": float(params["l1"]),
        "tree_method": "hist",
        "max_bin": bins_for(context),
        "seed": context.seed % 2**31,
        "nthread": context.threads,
        "verbosity": 0,
    }


def fit(learner: Any, data: FoldData, context: FitContext) -> Fitted:
    """Boost until the validation loss no longer falls, or time is up."""
    import xgboost

    rule = StopRule(context, patience_for(learner["eta"]))

    class Stop(xgboost.callback.TrainingCallback):
        """Hands the loss of each step to the rule."""

        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002 - its signature
            watched = evals_log.get("valid")
            loss = float(next(iter(watched.values()))[-1]) if watched else None
            return rule.update(epoch, loss)

    rounds = context.iterations or steps_for(learner["eta"])
    bins = {"max_bin": learner["max_bin"], "nthread": context.threads}
    train = xgboost.QuantileDMatrix(data.X, data.y, weight=data.weight, **bins)
    watched = []
    if data.X_valid is not None:
        valid = xgboost.QuantileDMatrix(data.X_valid, data.y_valid, weight=data.weight_valid, ref=train, **bins)
        watched = [(valid, "valid")]
    booster = xgboost.train(learner, train, rounds, evals=watched, callbacks=[Stop()], verbose_eval=False)
    kept = rule.best_step + 1
    return Fitted(load(dump(booster[:kept])), kept, rule.cut_short)


def predict(model: Any, X: Any, problem: Problem) -> Array:
    """Predict probabilities (n, k) or values (n, 1)."""
    raw = np.asarray(model.inplace_predict(np.asarray(X)), dtype=np.float64)
    if problem == "binary":
        return np.column_stack([1.0 - raw, raw])
    return raw.reshape(len(X), -1)


def dump(model: Any) -> bytes:
    """Store in XGBoost's binary JSON."""
    return bytes(model.save_raw("ubj"))


def load(content: bytes) -> Any:
    """Read XGBoost's binary JSON.

    Raises:
        ArtifactError: It is no model of ours, or an index in it leads astray.
    """
    import xgboost

    check_model(content)
    return xgboost.Booster({"nthread": 1}, model_file=bytearray(content))


def suggest(trial: BaseTrial, context: FitContext) -> Params:  # noqa: ARG001 - one signature for all families
    """Suggest trees and their shrinkage."""
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.2, log=True),
        "depth": trial.suggest_int("depth", 3, 10),
        "min_child_weight": trial.suggest_float("min_child_weight", 0.5, 50.0, log=True),
        "column_share": trial.suggest_float("column_share", 0.3, 1.0),
        "row_share": trial.suggest_float("row_share", 0.5, 1.0),
        "l2": trial.suggest_float("l2", 1e-3, 100.0, log=True),
        "l1": trial.suggest_float("l1", 1e-6, 10.0, log=True),
    }


def portfolio(context: FitContext) -> tuple[Params, ...]:  # noqa: ARG001 - one signature for all families
    """Return a default, deep trees on few columns, and shallow trees."""
    base: Params = {
        "learning_rate": 0.07,
        "depth": 6,
        "min_child_weight": 1.0,
        "column_share": 0.7,
        "row_share": 0.9,
        "l2": 1.0,
        "l1": 1e-6,
    }
    return (
        base,
        {**base, "learning_rate": 0.04, "depth": 9, "column_share": 0.5, "row_share": 0.8},
        {**base, "learning_rate": 0.05, "depth": 3, "min_child_weight": 5.0},
    )


def seconds(params: Params, context: FitContext) -> float:
    """Guess the seconds of one fit."""
    rate, depth = float(params["learning_rate"]), int(params["depth"])
    steps = min(steps_for(rate), 20 / rate) * context.trees_per_step
    columns = context.n_columns * float(params["column_share"])
    leaves = min(2**depth, context.n_rows / 10)
    rows = 1.5e-9 * context.n_rows * (columns + 5) * depth
    return 0.1 + steps * float(3e-4 + rows + 2e-8 * leaves * columns * bins_for(context))


def work(model: Any, context: FitContext) -> float:
    """Guess the microseconds to predict a row: one walk down each tree."""
    return 0.025 * float(model.num_boosted_rounds()) * context.trees_per_step


ENTRY = one_per_output(
    ModelFamily(
        name="xgboost",
        problems=("binary", "multiclass", "regression"),
        encoding="ordinal",
        build=build,
        suggest=suggest,
        portfolio=portfolio,
        seconds=seconds,
        work=work,
        requires=("xgboost",),
        stops_early=True,
        bagged=True,
        quantile=True,
        constrained=True,
        fit=fit,
        predict=predict,
        dump=dump,
        load=load,
        portfolio_ranks=(50, 140, 210),
        stacking_ranks={0: 40},
        preload=("xgboost",),
    )
)
