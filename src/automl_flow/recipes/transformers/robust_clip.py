"""Robust scaling with a soft clip."""

from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data


class RobustClip(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Centre each column on its median, divide by its quartile range, and bend what lies outside towards ±*limit*.

    ``z = (x - median) / (q75 - q25)``, then ``z / sqrt(1 + (z / limit)²)``. Where more than half of a column is one
    value, its range takes the place of the quartile range, and a constant column becomes 0. Missing values stay. After
    Holzmüller, Grinsztajn and Steinwart, "Better by default" (2024), and the same as skrub's ``SquashingScaler`` in
    plain NumPy (a saved model then does not need to import skrub, which takes seconds).

    Args:
        limit: Largest absolute value of the output.
    """

    def __init__(self, limit: float = 3.0) -> None:
        self.limit = limit

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Learn median and range of each column."""
        values = self._values(X, reset=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # columns without a value get NaN, handled below
            low, lower, median, upper, high = np.nanpercentile(values, [0, 25, 50, 75, 100], axis=0)
        spread = np.where(upper > lower, upper - lower, (high - low) / 2)
        usable = np.isfinite(spread) & (spread > 0)
        self.center_: NDArray[np.float64] = np.where(np.isfinite(median), median, 0.0)
        self.scale_: NDArray[np.float64] = np.where(usable, spread, 1.0)
        return self

    def transform(self, X: Any) -> NDArray[np.float32]:
        """Scale and clip; float32 of the shape of *X*."""
        check_is_fitted(self, "center_")
        z = (self._values(X, reset=False) - self.center_) / self.scale_
        with np.errstate(over="ignore", invalid="ignore"):
            z = np.clip(z, -1e6, 1e6)
            return np.asarray(z / np.sqrt(1.0 + (z / self.limit) ** 2), dtype=np.float32)

    def _values(self, X: Any, *, reset: bool) -> NDArray[np.float64]:
        values = validate_data(self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan")
        return np.asarray(values)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = []
        return tags
