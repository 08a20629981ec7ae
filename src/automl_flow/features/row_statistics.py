"""Statistics over the numbers of a row."""

from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from automl_flow.features.generator import FeatureContext, FeatureGenerator, NoOptions, Proposal
from automl_flow.recipes.transformers.robust_clip import RobustClip

_MIN_COLUMNS = 8
_MAX_COLUMNS = 2_000


class RowStatistics(TransformerMixin, BaseEstimator):
    """Mean, standard deviation, minimum and maximum of a row's robustly scaled numbers, and how many are not zero."""

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Learn the scale of each column."""
        self.scaler_ = RobustClip().fit(X.to_numpy(dtype=np.float64))
        return self

    def transform(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Return five columns; statistics of an empty row are missing."""
        values = X.to_numpy(dtype=np.float64)
        scaled = self.scaler_.transform(values)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # rows without any value
            made = [np.nanmean(scaled, axis=1), np.nanstd(scaled, axis=1)]
            made += [np.nanmin(scaled, axis=1), np.nanmax(scaled, axis=1)]
        filled = np.count_nonzero(np.nan_to_num(values), axis=1)
        return np.column_stack([*made, filled]).astype(np.float64)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Names of the features."""
        names = ("mean", "spread", "smallest", "largest", "filled")
        return np.array([f"+row.{name}" for name in names], dtype=object)


def propose(context: FeatureContext) -> list[Proposal]:
    """All numbers, if there are at least eight."""
    columns = context.numbers[:_MAX_COLUMNS]
    return [Proposal(columns, size=5)] if len(columns) >= _MIN_COLUMNS else []


def build(options: NoOptions, seed: int) -> RowStatistics:  # noqa: ARG001 - one signature for all
    """Build the transformer."""
    return RowStatistics()


ENTRY = FeatureGenerator(
    about="Mean, spread, extremes and filled cells of a row's numbers.",
    step="numbers",
    order=7,
    options=NoOptions,
    propose=propose,
    build=build,
    skops_types=(f"{__name__}.RowStatistics",),
)
