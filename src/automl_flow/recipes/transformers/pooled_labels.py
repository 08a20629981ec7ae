"""Labels with the rare ones pooled, for models that read categories themselves."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from automl_flow.recipes.transformers.labels import OTHER, label_codes


class PooledLabels(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Keep pandas categories, with rare and unseen labels pooled as ``(other)``.

    If training has no rare labels, there is no pool, and an unseen label counts as missing.

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
        self.lookups_: list[NDArray[np.int64]] = []
        self.labels_: list[NDArray[np.str_]] = []
        for position, name in enumerate(X.columns):
            categories = X[name].cat.categories
            counts = np.bincount(codes[codes[:, position] >= 0, position], minlength=len(categories))
            kept = np.flatnonzero(counts >= max(self.rare, 1))
            pooled = bool(((counts > 0) & (counts < self.rare)).any())
            lookup = np.full(len(categories) + 1, len(kept) if pooled else -1, dtype=np.int64)
            lookup[kept], lookup[-1] = np.arange(len(kept)), -1
            self.lookups_.append(lookup)
            pool = [OTHER if OTHER not in categories else OTHER * 2] if pooled else []
            self.labels_.append(np.array([*categories[kept], *pool], dtype=np.str_))
        return self

    def transform(self, X: Any) -> pd.DataFrame:
        """Return pandas categories, with the index of *X*."""
        check_is_fitted(self, "lookups_")
        codes = label_codes(X)
        columns = {
            name: pd.Categorical.from_codes(lookup[codes[:, i]], categories=pd.Index(labels.astype(object)))
            for i, (name, lookup, labels) in enumerate(zip(X.columns, self.lookups_, self.labels_, strict=True))
        }
        return pd.DataFrame(columns, index=X.index, copy=False)
