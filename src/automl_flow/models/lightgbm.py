"""LightGBM, with its own treatment of categories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from automl_flow.models._boosting import bins_for, patience_for, steps_for
from automl_flow.models._stopping import StopRule
from automl_flow.models.family import Array, FitContext, Fitted, FoldData, ModelFamily, Params
from automl_flow.models.formats.lightgbm_text import canonical
from automl_flow.models.per_output import one_per_output
from automl_flow.tasks.types import Problem

if TYPE_CHECKING:
    from optuna.trial import BaseTrial


_MANY_ROWS = 20_000  # for which larger trees pay


def build(params: Params, context: FitContext) -> Any:
    """Return LightGBM's own parameters."""
    objective = {"binary": "binary", "multiclass": "multiclass", "regression": "regression"}[context.problem]
    if context.quantile is not None:
        objective = "quantile"
    elif context.metric in ("mae", "median_absolute_error") and not context.monotone:  # it refuses both together
        objective = "regression_l1"
    several = {"num_class": context.n_classes} if context.problem == "multiclass" else {}
    return {
        "objective": objective,
        **several,
        **({} if context.quantile is None else {"alpha": context.quantile}),
        **({"monotone_constraints": list(context.monotone)} if any(context.monotone) else {}),
        "learning_rate": float(params["learning_rate"]),
        "num_leaves": int(params["leaves"]),
        "min_data_in_leaf": max(1, min(int(params["min_data_in_leaf"]), context.n_rows // 10)),
        "feature_fraction": float(params["feature_fraction"]),
        "bagging_fraction": float(params["bagging_fraction"]),
        "bagging_freq": 1,
        "lambda_l1": float(params["l1"]),
        "lambda_l2": float(params["l2"]),
        "extra_trees": bool(params["extra_trees"]),
        "max_bin": bins_for(context),
        "min_data_per_group": 20,
        "seed": context.seed % 2**31,
        "num_threads": context.threads,
        "deterministic": True,
        "force_col_wise": True,
        "verbosity": -1,
    }


def fit(learner: Any, data: FoldData, context: FitContext) -> Fitted:
    """Boost until the validation loss no longer falls, or time is up."""
    import lightgbm

    rule = StopRule(context, patience_for(learner["learning_rate"]))
    train = lightgbm.Dataset(data.X, data.y, weight=data.weight, params=learner)
    watched = []
    if data.X_valid is not None:
        watched = [lightgbm.Dataset(data.X_valid, data.y_valid, weight=data.weight_valid, reference=train)]

    def stop(state: Any) -> None:
        results = state.evaluation_result_list
        if rule.update(state.iteration, float(results[0][2]) if results else None):
            raise lightgbm.callback.EarlyStopException(rule.best_step, results)

    steps = context.iterations or steps_for(learner["learning_rate"])
    booster = lightgbm.train(learner, train, num_boost_round=steps, valid_sets=watched, callbacks=[stop])
    kept = rule.best_step + 1
    # A model text keeps the best steps alone: it is smaller, and predicting cannot forget to stop at them.
    text = booster.model_to_string(num_iteration=kept)
    return Fitted(lightgbm.Booster(model_str=text), kept, rule.cut_short)


def predict(model: Any, X: Any, problem: Problem) -> Array:
    """Predict probabilities (n, k) or values (n, 1)."""
    raw = np.asarray(model.predict(X, num_threads=1), dtype=np.float64)
    if problem == "binary":
        return np.column_stack([1.0 - raw, raw])
    return raw.reshape(len(X), -1)


def dump(model: Any) -> bytes:
    """Store as LightGBM's model text, reduced to what predicting needs."""
    return canonical(model.model_to_string()).encode()


def load(content: bytes) -> Any:
    """Read a model text.

    Raises:
        ArtifactError: It is no model text of ours, or an index in it leads astray.
    """
    import lightgbm

    return lightgbm.Booster(model_str=canonical(content.decode()))


def suggest(trial: BaseTrial, context: FitContext) -> Params:  # noqa: ARG001 - one signature for all families
    """Suggest trees and their shrinkage."""
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.2, log=True),
        "leaves": trial.suggest_int("leaves", 4, 255, log=True),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 2, 100, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.2, 1.0),
        "bagging_fraction": trial.suggest_float("bagging_fraction", 0.5, 1.0),
        "l1": trial.suggest_float("l1", 1e-6, 10.0, log=True),
        "l2": trial.suggest_float("l2", 1e-6, 100.0, log=True),
        "extra_trees": trial.suggest_categorical("extra_trees", [False, True]),
    }


def portfolio(context: FitContext) -> tuple[Params, ...]:
    """Return a quick default, then trees whose thresholds are drawn, and small steps.

    Order and values: benchmarks/portfolio.py.
    """
    base: Params = {
        "learning_rate": 0.07,
        "leaves": 24 if context.n_rows < _MANY_ROWS else 63,
        "min_data_in_leaf": 20,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.9,
        "l1": 1e-6,
        "l2": 1e-3,
        "extra_trees": False,
    }
    drawn: Params = {**base, "leaves": 64, "feature_fraction": 0.8, "extra_trees": True}
    return (
        base,
        {
            **drawn,
            "learning_rate": 0.09,
            "min_data_in_leaf": 10,
            "feature_fraction": 0.4,
            "bagging_fraction": 0.75,
            "l2": 0.01,
        },
        {**drawn, "learning_rate": 0.05, "min_data_in_leaf": 6},
        {**base, "learning_rate": 0.03, "leaves": 10, "feature_fraction": 0.4, "bagging_fraction": 0.8, "l2": 1.0},
        {**drawn, "learning_rate": 0.015, "leaves": 100, "min_data_in_leaf": 9, "bagging_fraction": 1.0, "l2": 0.01},
        {
            **drawn,
            "learning_rate": 0.045,
            "min_data_in_leaf": 44,
            "feature_fraction": 0.5,
            "bagging_fraction": 0.55,
            "l2": 20.0,
        },
    )


def seconds(params: Params, context: FitContext) -> float:
    """Guess the seconds of one fit."""
    rate, leaves = float(params["learning_rate"]), int(params["leaves"])
    steps = min(steps_for(rate), 20 / rate) * context.trees_per_step
    columns = context.n_columns * float(params["feature_fraction"])
    rows, splits = 8e-9 * context.n_rows * (columns + 5), 2e-8 * leaves * (columns + 20) * bins_for(context)
    return 0.1 + steps * (2e-4 + rows + splits)


def work(model: Any, context: FitContext) -> float:  # noqa: ARG001 - one signature for all families
    """Guess the microseconds to predict a row: one walk down each tree, and large trees do not fit into the cache."""
    return (0.015 + 0.0011 * int(model.params["num_leaves"])) * float(model.num_trees())


ENTRY = one_per_output(
    ModelFamily(
        name="lightgbm",
        problems=("binary", "multiclass", "regression"),
        encoding="native",
        build=build,
        suggest=suggest,
        portfolio=portfolio,
        seconds=seconds,
        work=work,
        requires=("lightgbm",),
        stops_early=True,
        bagged=True,
        quantile=True,
        constrained=True,
        fit=fit,
        predict=predict,
        dump=dump,
        load=load,
        portfolio_ranks=(10, 30, 80, 110, 180, 200),
        stacking_ranks={1: 30, 3: 60},
        preload=("lightgbm",),
    )
)
