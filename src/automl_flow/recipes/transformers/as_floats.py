"""Numbers as float32 where that loses nothing."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

_EXACT = 2**24  # whole numbers beyond this are not all different in float32


class AsFloats(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Cast to float32, or keep float64 where training values are too large for float32 to tell them apart.

    Infinite values become missing, missing values stay.
    """

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Choose the type."""
        values = self._values(X, reset=True)
        large = np.abs(np.where(np.isfinite(values), values, 0.0)).max(initial=0.0) > _EXACT
        self.dtype_ = "float64" if large else "float32"
        return self

    def transform(self, X: Any) -> NDArray[Any]:
        """Return an array of the shape of *X*."""
        check_is_fitted(self, "dtype_")
        values = self._values(X, reset=False)
        with np.errstate(over="ignore"):
            values = values.astype(self.dtype_)
        values[np.isinf(values)] = np.nan
        return values

    def _values(self, X: Any, *, reset: bool) -> NDArray[np.float64]:
        kept = validate_data(self, X, reset=reset, dtype=[np.float64, np.float32], ensure_all_finite=False)
        return np.asarray(kept)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = []
        return tags
