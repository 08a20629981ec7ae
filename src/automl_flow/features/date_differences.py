"""Days between two dates."""

from __future__ import annotations

from itertools import combinations
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field
from sklearn.base import BaseEstimator, TransformerMixin

from automl_flow.core.config import Config
from automl_flow.features.generator import FeatureContext, FeatureGenerator, Proposal

_MAX_PAIRS = 10


class DifferenceOptions(Config):
    """Pairs of date columns, by position."""

    pairs: list[tuple[int, int]] = Field(min_length=1)


class DateDifferences(TransformerMixin, BaseEstimator):
    """Days from the first to the second date of each pair, with fractions; missing where either is.

    Args:
        pairs: Positions of the two dates.
    """

    def __init__(self, pairs: tuple[tuple[int, int], ...] = ((0, 1),)) -> None:
        self.pairs = pairs

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Nothing is learned but the names."""
        self.columns_ = [str(name) for name in X.columns]
        return self

    def transform(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Return one column per pair."""
        dates = [X.iloc[:, position].to_numpy(dtype="datetime64[us]") for position in range(X.shape[1])]
        return np.column_stack([(dates[b] - dates[a]) / np.timedelta64(1, "D") for a, b in self.pairs])

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Names of the features."""
        return np.array([f"+days({self.columns_[b]}-{self.columns_[a]})" for a, b in self.pairs], dtype=object)


def propose(context: FeatureContext) -> list[Proposal]:
    """All pairs of dates, up to ten."""
    pairs = [list(pair) for pair in combinations(range(len(context.dates)), 2)][:_MAX_PAIRS]
    return [Proposal(context.dates, {"pairs": pairs}, len(pairs))] if pairs else []


def build(options: DifferenceOptions, seed: int) -> DateDifferences:  # noqa: ARG001 - one signature for all
    """Build the transformer."""
    return DateDifferences(tuple(options.pairs))


ENTRY = FeatureGenerator(
    about="Days between two dates.",
    step="numbers",
    order=1,
    options=DifferenceOptions,
    propose=propose,
    build=build,
    skops_types=(f"{__name__}.DateDifferences",),
)
