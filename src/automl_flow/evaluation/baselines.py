"""Baselines: the prior and default LightGBM."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.seeds import derive_seed
from automl_flow.evaluation.resampling import Array
from automl_flow.tasks.target import Target

PRIOR = "baseline_prior"
LIGHTGBM = "baseline_lightgbm"


def baselines(
    x_train: pd.DataFrame | NDArray[Any],
    target_train: Target,
    x_holdout: pd.DataFrame | NDArray[Any],
    *,
    weight: Array | None = None,
    quantile: float | None = None,
    seed: int = 0,
) -> dict[str, Array]:
    """Predict the holdout with two baselines that see the training rows only.

    Args:
        x_train: Raw features of the training rows, or arrays (n, …), which are flattened.
        target_train: Target of the training rows.
        x_holdout: Features of the holdout, in the same form.
        weight: Weights of the training rows, shape (n,).
        quantile: Level of the quantile that a regression asks for; ``None`` asks for the mean.
        seed: Seed of LightGBM.

    Returns:
        ``baseline_prior`` (class frequencies, mean or quantile) and ``baseline_lightgbm``: probabilities (n, k) or
        values (n,) of the holdout.
    """
    train, holdout, categorical = encode_simply(x_train, x_holdout)
    return {
        PRIOR: prior(target_train, len(holdout), weight, quantile),
        LIGHTGBM: _lightgbm_of_each(
            train, target_train, holdout, categorical=categorical, weight=weight, quantile=quantile, seed=seed
        ),
    }


def prior(target: Target, n_rows: int, weight: Array | None = None, quantile: float | None = None) -> Array:
    """Predict the training target's class frequencies (n, k), or its mean or quantile (n,), for every row.

    Of several targets, those are the frequencies of the labels or the means, (n, k).

    Args:
        target: Target of the training rows.
        n_rows: Rows to predict.
        weight: Weights of the training rows, (m,).
        quantile: Level in (0, 1) to predict instead of the mean; regression only.
    """
    if target.classes is None and quantile is not None:
        return np.full(n_rows, np.quantile(target.values, quantile, weights=weight, method="inverted_cdf"))
    if target.names:
        return np.tile(np.average(target.values, axis=0, weights=weight), (n_rows, 1))
    if target.classes is None:
        return np.full(n_rows, np.average(target.values, weights=weight))
    counts = np.bincount(target.values, weights=weight, minlength=len(target.classes)).astype(np.float64)
    return np.tile(counts / counts.sum(), (n_rows, 1))


def encode_simply(
    x_train: pd.DataFrame | NDArray[Any], x_holdout: pd.DataFrame | NDArray[Any]
) -> tuple[Array, Array, list[int]]:
    """Turn features into floats as a first attempt would: numbers as they are, anything else as category codes.

    Returns:
        Training rows (n, d), holdout rows (m, d), and the positions of the categorical columns. Infinities and
        categories that the training rows do not have are missing (NaN).
    """
    if not (isinstance(x_train, pd.DataFrame) and isinstance(x_holdout, pd.DataFrame)):
        flat = [np.asarray(x, dtype=np.float64).reshape(len(x), -1) for x in (x_train, x_holdout)]
        return flat[0], flat[1], []
    train, holdout, categorical = [], [], []
    for position, name in enumerate(x_train.columns):
        left, right = x_train[name], x_holdout[name]
        if pd.api.types.is_numeric_dtype(left):
            pair = [column.to_numpy(dtype=np.float64, na_value=np.nan) for column in (left, right)]
        elif pd.api.types.is_datetime64_any_dtype(left):
            pair = [column.astype("int64").where(column.notna()).to_numpy(np.float64) for column in (left, right)]
        else:
            categorical.append(position)
            categories = pd.Index(sorted(left.dropna().astype(str).unique()))
            pair = [_codes(column, categories) for column in (left, right)]
        train.append(pair[0])
        holdout.append(pair[1])
    stacked = [np.column_stack(columns) for columns in (train, holdout)]
    return _finite(stacked[0]), _finite(stacked[1]), categorical


def _codes(column: pd.Series[Any], categories: pd.Index[Any]) -> Array:
    codes = categories.get_indexer(pd.Index(column.astype(str))).astype(np.float64)
    codes[(codes < 0) | column.isna().to_numpy()] = np.nan
    return codes


def _finite(values: Array) -> Array:
    return np.where(np.isfinite(values), values, np.nan)


def _lightgbm_of_each(train: Array, target: Target, holdout: Array, **settings: Any) -> Array:
    """Default LightGBM; of several targets, a model for each."""
    if not target.names:
        return _lightgbm(train, target, holdout, **settings)
    labels = target.values.dtype.kind == "i"
    single = [Target(values, (0, 1) if labels else None) for values in target.values.T]
    columns = [_lightgbm(train, own, holdout, **settings) for own in single]
    return np.column_stack([column[:, 1] if labels else column for column in columns])


def _lightgbm(
    train: Array,
    target: Target,
    holdout: Array,
    *,
    categorical: list[int],
    weight: Array | None,
    quantile: float | None,
    seed: int,
) -> Array:
    """Fit LightGBM with its defaults (100 trees), on one thread so that the result is the same everywhere."""
    import lightgbm

    objective = {1: "regression", 2: "binary"}.get(target.outputs, "multiclass")
    params: dict[str, Any] = {
        "objective": objective if quantile is None else "quantile",
        **({} if quantile is None else {"alpha": quantile}),
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "seed": derive_seed(seed, "baseline") % 2**31,
        "verbosity": -1,
        **({"num_class": target.outputs} if objective == "multiclass" else {}),
    }
    data = lightgbm.Dataset(
        train, label=target.values, weight=weight, categorical_feature=categorical, params={"verbosity": -1}
    )
    predicted = np.asarray(lightgbm.train(params, data, num_boost_round=100).predict(holdout), dtype=np.float64)
    return np.column_stack([1 - predicted, predicted]) if objective == "binary" else predicted
