"""Labels as whole numbers, for trees."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from automl_flow.recipes.transformers.labels import label_codes, label_sizes


class LabelRanks(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Number the labels of pandas categories by how often training saw them, the most frequent as 0.

    Rare labels share one number, which also stands for labels unseen in training; missing values stay missing.

    Args:
        rare: Labels seen less often than this in training are pooled.
    """

    def __init__(self, rare: int = 1) -> None:
        self.rare = rare

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Count the labels."""
        codes = label_codes(X)
        self.feature_names_in_ = np.array([str(name) for name in X.columns], dtype=object)
        self.n_features_in_ = X.shape[1]
        self.ranks_ = [self._rank(codes[:, i], size) for i, size in enumerate(label_sizes(X))]
        return self

    def transform(self, X: Any) -> NDArray[np.float32]:
        """Return the numbers, float32."""
        check_is_fitted(self, "ranks_")
        codes = label_codes(X)
        ranked = [ranks[codes[:, position]] for position, ranks in enumerate(self.ranks_)]
        return np.column_stack(ranked) if ranked else np.empty((len(X), 0), dtype=np.float32)

    def _rank(self, codes: NDArray[np.int64], size: int) -> NDArray[np.float32]:
        counts = np.bincount(codes[codes >= 0], minlength=size)
        kept = int((counts >= max(self.rare, 1)).sum())
        ranks = np.full(size + 1, np.nan, dtype=np.float32)  # the last is for code -1: missing
        order = np.argsort(-counts, kind="stable")
        ranks[order] = np.minimum(np.arange(size), kept)
        return ranks
