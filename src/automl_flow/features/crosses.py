"""Interactions of two categorical columns."""

from __future__ import annotations

from itertools import combinations
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from automl_flow.core.config import Config
from automl_flow.features.generator import FeatureContext, FeatureGenerator, Proposal
from automl_flow.recipes.transformers.labels import label_codes

_MAX_PAIRS = 6
_ROWS_PER_CROSS = 5  # with fewer rows per combination, a cross does not generalise


class CrossOptions(Config):
    """Pairs of label columns, by position."""

    pairs: list[tuple[int, int]] = Field(min_length=1)


class Crosses(TransformerMixin, BaseEstimator):
    """One category per pair of columns: the pair of their labels; pairs unseen in training are missing.

    Args:
        pairs: Positions of the two columns.
    """

    def __init__(self, pairs: tuple[tuple[int, int], ...] = ((0, 1),)) -> None:
        self.pairs = pairs

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Learn which pairs of labels occur."""
        codes = label_codes(X)
        self.columns_ = [str(name) for name in X.columns]
        self.widths_ = [len(dtype.categories) + 1 for dtype in X.dtypes]
        self.seen_ = [np.unique(self._joint(codes, pair)) for pair in self.pairs]
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return pandas categories, with the index of *X*."""
        check_is_fitted(self, "seen_")
        codes = label_codes(X)
        columns = {}
        for name, pair, seen in zip(self.get_feature_names_out(), self.pairs, self.seen_, strict=True):
            joint = self._joint(codes, pair)
            place = np.searchsorted(seen, joint).clip(max=len(seen) - 1)
            place = np.where(seen[place] == joint, place, -1)
            labels = pd.Index([str(value) for value in seen], dtype=object)
            columns[name] = pd.Categorical.from_codes(place, categories=labels)
        return pd.DataFrame(columns, index=X.index, copy=False)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Names of the features."""
        return np.array([f"+{self.columns_[a]}&{self.columns_[b]}" for a, b in self.pairs], dtype=object)

    def _joint(self, codes: NDArray[np.int64], pair: tuple[int, int]) -> NDArray[np.int64]:
        first, second = pair
        return (codes[:, first] + 1) * self.widths_[second] + codes[:, second] + 1


def propose(context: FeatureContext) -> list[Proposal]:
    """Pairs of the strongest labels with few enough combinations for the number of rows."""
    columns = tuple(c for c in context.labels if context.unique[c] >= 2)[: context.strong]
    limit = context.n_rows / _ROWS_PER_CROSS
    pairs = [
        [a, b]
        for a, b in combinations(range(len(columns)), 2)
        if context.unique[columns[a]] * context.unique[columns[b]] <= limit
    ][:_MAX_PAIRS]
    return [Proposal(columns, {"pairs": pairs}, len(pairs))] if pairs else []


def build(options: CrossOptions, seed: int) -> Crosses:  # noqa: ARG001 - one signature for all
    """Build the transformer."""
    return Crosses(tuple(options.pairs))


ENTRY = FeatureGenerator(
    about="Pairs of categories as one category.",
    step="many_categories",
    order=4,
    options=CrossOptions,
    propose=propose,
    build=build,
    skops_types=(f"{__name__}.Crosses",),
)
