"""Embeddings of labels by their spelling."""

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

_MIN_LABELS = 30
_COMPONENTS = 8


class SimilarityOptions(Config):
    """Number of components per column."""

    components: int = Field(default=_COMPONENTS, ge=1, le=100)


class SimilarLabels(TransformerMixin, BaseEstimator):
    """skrub's ``StringEncoder`` (components of character n-grams) on the distinct labels of each column.

    Every row gets what its label got, so the work depends on the number of labels, not of rows. Missing values, and
    labels unseen in training, give missing values.

    Args:
        components: Outputs per column.
        seed: For the randomised SVD.
    """

    def __init__(self, components: int = _COMPONENTS, seed: int = 0) -> None:
        self.components = components
        self.seed = seed

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Embed the labels that occur."""
        codes = label_codes(X)
        self.columns_ = [str(name) for name in X.columns]
        self.tables_ = [self._embed(X.dtypes.iloc[i].categories, codes[:, i]) for i in range(X.shape[1])]
        return self

    def transform(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Return the components of each column."""
        check_is_fitted(self, "tables_")
        codes = label_codes(X)
        return np.hstack([table[codes[:, i]] for i, table in enumerate(self.tables_)])

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Names of the features."""
        names = [f"+{name}.alike{k}" for name in self.columns_ for k in range(self.components)]
        return np.array(names, dtype=object)

    def _embed(self, labels: pd.Index[Any], codes: NDArray[np.int64]) -> NDArray[np.float64]:
        """Components by code; shape (labels + 1, components), the last row is for code -1: missing."""
        from skrub import StringEncoder

        table = np.full((len(labels) + 1, self.components), np.nan)
        seen = np.unique(codes[codes >= 0])
        if len(seen) > self.components:
            names = pd.Series(labels[seen].astype(str), name="label")
            parts = StringEncoder(self.components, random_state=self.seed).fit_transform(names).to_numpy()
            table[seen, : parts.shape[1]] = parts
        return table


def propose(context: FeatureContext) -> list[Proposal]:
    """One proposal per column with many labels."""
    columns = [name for name in context.labels if context.unique[name] >= _MIN_LABELS]
    return [Proposal((name,), {}, _COMPONENTS) for name in columns[: context.strong]]


def build(options: SimilarityOptions, seed: int) -> SimilarLabels:
    """Build the transformer."""
    return SimilarLabels(options.components, seed)


ENTRY = FeatureGenerator(
    about="Components of the spelling of a category: labels that are spelled alike get similar numbers.",
    step="numbers",
    order=9,
    options=SimilarityOptions,
    propose=propose,
    build=build,
    skops_types=(f"{__name__}.SimilarLabels",),
    requires=("skrub",),
)
