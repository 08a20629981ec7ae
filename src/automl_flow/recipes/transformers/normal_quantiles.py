"""Quantile transformation to a normal distribution."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.preprocessing import QuantileTransformer
from sklearn.utils.validation import check_is_fitted, validate_data

_QUANTILES = 1_000
_SAMPLE = 100_000


class NormalQuantiles(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """scikit-learn's ``QuantileTransformer`` to a normal distribution, with no more quantiles than there are rows.

    Missing values stay.

    Args:
        seed: For the sample of rows that quantiles are taken from on large tables.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Learn the quantiles of each column."""
        values = self._values(X, reset=True)
        self.quantiles_ = QuantileTransformer(
            n_quantiles=min(_QUANTILES, len(values)),
            output_distribution="normal",
            subsample=_SAMPLE,
            random_state=self.seed,
        ).fit(values)
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return normal scores, within ±5.2."""
        check_is_fitted(self, "quantiles_")
        return np.asarray(self.quantiles_.transform(self._values(X, reset=False)))

    def _values(self, X: Any, *, reset: bool) -> NDArray[np.float64]:
        values = validate_data(self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan")
        return np.asarray(values)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
