"""CatBoost, with its own treatment of categories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from automl_flow.models._boosting import bins_for, patience_for, steps_for
from automl_flow.models.family import Array, FitContext, Fitted, FoldData, ModelFamily, Params
from automl_flow.models.formats.catboost_model import check_model
from automl_flow.models.per_output import one_per_output
from automl_flow.tasks.problem_types import problem_type
from automl_flow.tasks.types import Problem

if TYPE_CHECKING:
    from optuna.trial import BaseTrial

_MANY_CLASSES = 10
_OF_THE_RUN = ("model_guid", "train_finish_time")  # metadata that differ between equal models


def build(params: Params, context: FitContext) -> Any:
    """Return an unfitted CatBoost model."""
    from catboost import CatBoost

    loss = {"binary": "Logloss", "multiclass": "MultiClass", "regression": "RMSE"}[context.problem]
    if context.quantile is not None:
        loss = f"Quantile:alpha={context.quantile}"
    elif context.metric in ("mae", "median_absolute_error") and not context.monotone:
        loss = "MAE"
    rate = float(params["learning_rate"])
    return CatBoost(
        {
            "loss_function": loss,
            **({"monotone_constraints": list(context.monotone)} if any(context.monotone) else {}),
            "iterations": context.iterations or steps_for(rate),
            "learning_rate": rate,
            "depth": int(params["depth"]),
            "l2_leaf_reg": float(params["l2"]),
            "random_strength": float(params["random_strength"]),
            "bootstrap_type": "Bernoulli",
            "subsample": float(params["row_share"]),
            "rsm": float(params["column_share"]),
            "border_count": bins_for(context),
            "boosting_type": "Plain",
            "max_ctr_complexity": int(params["category_combinations"]),
            "one_hot_max_size": int(params["one_hot_max_size"]),
            "random_seed": context.seed % 2**31,
            "thread_count": context.threads,
            "allow_writing_files": False,
            "logging_level": "Silent",
        }
    )


class _Deadline:
    """Ends training when the context's time is up."""

    def __init__(self, context: FitContext) -> None:
        self.context = context
        self.cut_short = False

    def after_iteration(self, info: Any) -> bool:  # noqa: ARG002 - CatBoost's signature
        """Return whether to continue."""
        self.cut_short = self.context.out_of_time()
        return not self.cut_short


def fit(learner: Any, data: FoldData, context: FitContext) -> Fitted:
    """Boost until the validation loss no longer falls, or time is up."""
    deadline = _Deadline(context)
    callbacks = None if context.deadline is None else [deadline]
    train = _pool(data.X, data.y, data.weight)
    if len(np.unique(data.y)) == 1:  # CatBoost refuses a constant target
        raise ValueError("the target is constant")
    valid = None if data.X_valid is None else _pool(data.X_valid, data.y_valid, data.weight_valid)
    # Its losses fall less steadily than those of other boosters.
    patience = 2 * patience_for(learner.get_params()["learning_rate"])
    options: Params = {}
    if valid is not None:
        options = {"eval_set": valid, "early_stopping_rounds": patience, "use_best_model": True}
    learner.fit(train, callbacks=callbacks, **options)
    # What the training knew is dropped: the stored model is what predicts, here and after a restart.
    return Fitted(load(dump(learner)), int(learner.tree_count_), deadline.cut_short)


def _pool(X: Any, y: Any = None, weight: Any = None) -> Any:
    """Wrap rows for CatBoost; categories become their codes, a missing one becomes -1."""
    from catboost import Pool

    if not isinstance(X, pd.DataFrame):
        return Pool(np.asarray(X), y, weight=weight)
    categories = [name for name, dtype in X.dtypes.items() if isinstance(dtype, pd.CategoricalDtype)]
    if not categories:
        return Pool(np.ascontiguousarray(X.to_numpy(dtype=np.float32)), y, weight=weight)
    codes = {str(name): X[name].cat.codes.astype(np.int32) for name in categories}
    return Pool(X.assign(**codes), y, weight=weight, cat_features=[X.columns.get_loc(c) for c in categories])


def predict(model: Any, X: Any, problem: Problem) -> Array:
    """Predict probabilities (n, k) or values (n, 1)."""
    kind = "Probability" if problem_type(problem).has_classes else "RawFormulaVal"
    raw = model.predict(_pool(X), prediction_type=kind, thread_count=1)
    return np.asarray(raw, dtype=np.float64).reshape(len(X), -1)


def dump(model: Any) -> bytes:
    """Store in CatBoost's binary format; the same model gives the same bytes.

    CatBoost's public way leads through a file, and a disk that is full can cut it off without an error.
    """
    metadata = model.get_metadata()
    for key in set(_OF_THE_RUN).intersection(metadata.keys()):
        del metadata[key]
    return bytes(model._serialize_model())


def load(content: bytes) -> Any:
    """Read CatBoost's binary format.

    Raises:
        ArtifactError: It is no model of ours, or an index in it leads astray.
    """
    from catboost import CatBoost

    check_model(content)
    return CatBoost().load_model(blob=content)


def suggest(trial: BaseTrial, context: FitContext) -> Params:  # noqa: ARG001 - one signature for all families
    """Suggest trees and their shrinkage."""
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.2, log=True),
        "depth": trial.suggest_int("depth", 3, 9),
        "l2": trial.suggest_float("l2", 0.5, 30.0, log=True),
        "random_strength": trial.suggest_float("random_strength", 0.1, 10.0, log=True),
        "row_share": trial.suggest_float("row_share", 0.5, 1.0),
        "column_share": trial.suggest_float("column_share", 0.2, 1.0),
        "category_combinations": trial.suggest_int("category_combinations", 1, 4),
        "one_hot_max_size": trial.suggest_categorical("one_hot_max_size", [2, 10, 50]),
    }


def portfolio(context: FitContext) -> tuple[Params, ...]:
    """Return shallow trees, the usual ones, and deep ones on few columns; the rate grows with the rows."""
    rate = min(0.12, max(0.04, 0.04 * (context.n_rows / 1000) ** 0.27))
    if context.n_classes > 2:  # a step costs as much as there are classes: fewer and larger ones
        rate = 0.15 if context.n_classes > _MANY_CLASSES else 1.6 * rate
    base: Params = {
        "learning_rate": rate,
        "depth": 6,
        "l2": 3.0,
        "random_strength": 1.0,
        "row_share": 0.8,
        "column_share": 1.0,
        "category_combinations": 2,
        "one_hot_max_size": 10,
    }
    return (
        {**base, "depth": 4, "learning_rate": min(0.2, 1.3 * rate), "l2": 2.0},
        base,
        {**base, "depth": 8, "column_share": 0.4, "l2": 5.0, "row_share": 0.7},
    )


def seconds(params: Params, context: FitContext) -> float:
    """Guess the seconds of one fit."""
    rate, depth = float(params["learning_rate"]), int(params["depth"])
    steps = min(steps_for(rate), 30 / rate)
    columns = context.n_columns * float(params["column_share"])
    cells = 3e-9 * context.n_rows * (columns + 20)
    splits = 1.5e-8 * 2**depth * columns * bins_for(context)
    return 0.3 + steps * float(1e-3 + (cells + splits) * context.trees_per_step)


def work(model: Any, context: FitContext) -> float:
    """Guess the microseconds to predict a row: symmetric trees need no walk."""
    return 1.0 + 0.004 * float(model.tree_count_) * context.trees_per_step


ENTRY = one_per_output(
    ModelFamily(
        name="catboost",
        problems=("binary", "multiclass", "regression"),
        encoding="native",
        build=build,
        suggest=suggest,
        portfolio=portfolio,
        seconds=seconds,
        work=work,
        requires=("catboost",),
        stops_early=True,
        bagged=True,
        quantile=True,
        constrained=True,
        fit=fit,
        predict=predict,
        dump=dump,
        load=load,
        portfolio_ranks=(100, 130, 190),
        stacking_ranks={0: 10, 1: 50},
        preload=("catboost",),
    )
)
