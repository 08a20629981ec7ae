"""Number of missing values in a row."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from automl_flow.features.generator import FeatureContext, FeatureGenerator, NoOptions, Proposal

_MAX_COLUMNS = 500


class MissingCounts(TransformerMixin, BaseEstimator):
    """Number of missing values in the row, over the given columns."""

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Nothing is learned."""
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Return one column."""
        return np.asarray(X.isna().to_numpy().sum(axis=1, dtype=np.float64)[:, None])

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Name of the feature."""
        return np.array(["+missing"], dtype=object)


def propose(context: FeatureContext) -> list[Proposal]:
    """All columns with missing values, if there are at least two."""
    readable = {*context.numbers, *context.labels, *context.dates}
    columns = tuple(name for name, share in context.missing.items() if share > 0 and name in readable)
    return [Proposal(columns[:_MAX_COLUMNS])] if len(columns) >= 2 else []


def build(options: NoOptions, seed: int) -> MissingCounts:  # noqa: ARG001 - one signature for all
    """Build the transformer."""
    return MissingCounts()


ENTRY = FeatureGenerator(
    about="Number of missing values in the row.",
    step="numbers",
    order=0,
    options=NoOptions,
    propose=propose,
    build=build,
    skops_types=(f"{__name__}.MissingCounts",),
)
