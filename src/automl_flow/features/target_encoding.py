"""Target encoding of categories."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from automl_flow.features.generator import FeatureContext, FeatureGenerator, NoOptions, Proposal
from automl_flow.recipes.transformers.target_means import TargetMeans

_MIN_LABELS = 6
_MAX_CLASSES = 10  # every class is a feature


class TargetEncoding(TransformerMixin, BaseEstimator):
    """Cross-fitted target means (see :class:`TargetMeans`), in addition to the categories themselves.

    Args:
        seed: Assigns rows to the parts of the cross-fitting.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def fit(self, X: Any, y: Any) -> Self:
        """Learn the means of all training rows."""
        self.means_ = TargetMeans(seed=self.seed).fit(X, y)
        return self

    def fit_transform(self, X: Any, y: Any = None, **fit_params: Any) -> NDArray[np.float32]:  # noqa: ARG002
        """Learn the means, and encode the training rows without their own targets."""
        self.means_ = TargetMeans(seed=self.seed)
        return self.means_.fit_transform(X, y)

    def transform(self, X: Any) -> NDArray[np.float32]:
        """Return one column per column of *X*, or one per class."""
        return self.means_.transform(X)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Names of the features."""
        return np.array([f"+target({name})" for name in self.means_.get_feature_names_out()], dtype=object)


def propose(context: FeatureContext) -> list[Proposal]:
    """All columns with at least six labels, if there are at most ten classes."""
    columns = tuple(name for name in context.labels if context.unique[name] >= _MIN_LABELS)
    if not columns or context.n_outputs > _MAX_CLASSES:
        return []
    return [Proposal(columns, size=len(columns) * (context.n_outputs if context.n_outputs > 2 else 1))]


def build(options: NoOptions, seed: int) -> TargetEncoding:  # noqa: ARG001 - one signature for all
    """Build the transformer."""
    return TargetEncoding(seed)


ENTRY = FeatureGenerator(
    about="Mean of the target in a row's category, cross-fitted.",
    step="numbers",
    order=3,
    options=NoOptions,
    propose=propose,
    build=build,
    skops_types=(f"{__name__}.TargetEncoding",),
)
