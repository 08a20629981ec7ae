"""Count encoding of categories."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from automl_flow.features.generator import FeatureContext, FeatureGenerator, NoOptions, Proposal
from automl_flow.recipes.transformers.labels import label_codes, label_sizes

_MIN_LABELS = 6  # below this, models can tell the labels apart themselves


class Frequencies(TransformerMixin, BaseEstimator):
    """Log of one plus the number of training rows with the same label; 0 for labels unseen in training."""

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Count the labels; missing values count as one."""
        codes = label_codes(X)
        self.columns_ = [str(name) for name in X.columns]
        self.counts_ = [
            np.log1p(np.bincount(np.where(codes[:, i] < 0, size, codes[:, i]), minlength=size + 1))
            for i, size in enumerate(label_sizes(X))
        ]
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return one column per column of *X*."""
        check_is_fitted(self, "counts_")
        codes = label_codes(X)  # code -1, missing, takes the last count
        return np.column_stack([counts[codes[:, i]] for i, counts in enumerate(self.counts_)])

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Names of the features."""
        return np.array([f"+frequency({name})" for name in self.columns_], dtype=object)


def propose(context: FeatureContext) -> list[Proposal]:
    """All columns with at least six labels."""
    columns = tuple(name for name in context.labels if context.unique[name] >= _MIN_LABELS)
    return [Proposal(columns, size=len(columns))] if columns else []


def build(options: NoOptions, seed: int) -> Frequencies:  # noqa: ARG001 - one signature for all
    """Build the transformer."""
    return Frequencies()


ENTRY = FeatureGenerator(
    about="How often training saw a row's category.",
    step="numbers",
    order=2,
    options=NoOptions,
    propose=propose,
    build=build,
    skops_types=(f"{__name__}.Frequencies",),
)
