"""Group statistics: a row's number compared with those of its category."""

from __future__ import annotations

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

_SHRINKAGE = 5.0  # rows of the overall mean that are added to each group


class AggregateOptions(Config):
    """Pairs of a label column and a number column, by position."""

    pairs: list[tuple[int, int]] = Field(min_length=1)


class GroupAggregates(TransformerMixin, BaseEstimator):
    """For each pair of a label and a number: the group's mean, its spread, and how far the row is from the mean.

    Group means are shrunk towards the overall mean; groups unseen in training get the overall values.

    Args:
        pairs: Positions of the label and of the number.
    """

    def __init__(self, pairs: tuple[tuple[int, int], ...] = ((0, 1),)) -> None:
        self.pairs = pairs

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Learn mean and standard deviation of every group."""
        self.columns_ = [str(name) for name in X.columns]
        self.tables_ = [self._table(*self._pair(X, pair)) for pair in self.pairs]
        return self

    def transform(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Return three columns per pair: mean, spread, difference to the mean."""
        check_is_fitted(self, "tables_")
        made: list[NDArray[np.float64]] = []
        for pair, table in zip(self.pairs, self.tables_, strict=True):
            codes, values, _ = self._pair(X, pair)
            mean, spread = table[codes].T
            made += [mean, spread, values - mean]
        return np.column_stack(made)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Names of the features."""
        names: list[str] = []
        for label, number in self.pairs:
            where = f"({self.columns_[number]}|{self.columns_[label]})"
            names += [f"+mean{where}", f"+spread{where}", f"+distance{where}"]
        return np.array(names, dtype=object)

    @staticmethod
    def _pair(X: pd.DataFrame, pair: tuple[int, int]) -> tuple[NDArray[np.int64], NDArray[np.float64], int]:
        label, number = pair
        labels = X.iloc[:, [label]]
        size = len(labels.dtypes.iloc[0].categories)
        codes = label_codes(labels)[:, 0]
        values = X.iloc[:, number].to_numpy(dtype=np.float64)
        return np.where(codes < 0, size, codes), values, size

    @staticmethod
    def _table(codes: NDArray[np.int64], values: NDArray[np.float64], size: int) -> NDArray[np.float64]:
        """Mean and standard deviation by code; shape (size + 1, 2), the last row is the group of missing labels."""
        known = ~np.isnan(values)
        codes, values = codes[known], values[known]
        overall = float(values.mean()) if len(values) else 0.0
        variance = float(values.var()) if len(values) else 0.0
        count = np.bincount(codes, minlength=size + 1)
        gap = values - overall
        total = np.bincount(codes, weights=gap, minlength=size + 1)
        squares = np.bincount(codes, weights=gap**2, minlength=size + 1)
        mean = total / (count + _SHRINKAGE)
        spread = (squares + _SHRINKAGE * variance) / (count + _SHRINKAGE) - mean**2
        return np.column_stack([overall + mean, np.sqrt(np.maximum(spread, 0.0))])


def propose(context: FeatureContext) -> list[Proposal]:
    """The strongest labels (with groups of some size) by the strongest numbers."""
    usable = [c for c in context.labels if 3 <= context.unique[c] <= max(3, context.n_rows // 5)]
    labels = tuple(usable[: max(1, context.strong // 2)])
    numbers = tuple(c for c in context.numbers if context.unique[c] >= 3)[: max(1, context.strong // 2)]
    columns = (*labels, *numbers)
    return [
        Proposal(
            (label, *numbers),
            {"pairs": [[0, position] for position in range(1, len(numbers) + 1)]},
            3 * len(numbers),
        )
        for label in labels
        if len(columns) > len(labels)
    ]


def build(options: AggregateOptions, seed: int) -> GroupAggregates:  # noqa: ARG001 - one signature for all
    """Build the transformer."""
    return GroupAggregates(tuple(options.pairs))


ENTRY = FeatureGenerator(
    about="Mean and spread of a number within a row's category, and the row's distance from that mean.",
    step="numbers",
    order=6,
    options=AggregateOptions,
    propose=propose,
    build=build,
    skops_types=(f"{__name__}.GroupAggregates",),
)
