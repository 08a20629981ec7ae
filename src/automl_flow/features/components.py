"""Leading principal components of the numbers."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import PCA
from sklearn.utils.validation import check_is_fitted

from automl_flow.core.config import Config
from automl_flow.features.generator import FeatureContext, FeatureGenerator, Proposal
from automl_flow.recipes.transformers.robust_clip import RobustClip

_MIN_COLUMNS = 8
_MAX_COLUMNS = 500
_COMPONENTS = 5


class ComponentOptions(Config):
    """Number of components."""

    components: int = Field(default=_COMPONENTS, ge=1, le=100)


class Components(TransformerMixin, BaseEstimator):
    """Principal components of the robustly scaled numbers, with missing values at the median.

    Args:
        components: Number of outputs; fewer if there are fewer columns or rows.
        seed: For the randomised solver.
    """

    def __init__(self, components: int = _COMPONENTS, seed: int = 0) -> None:
        self.components = components
        self.seed = seed

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Learn scales and directions."""
        self.scaler_ = RobustClip().fit(X.to_numpy(dtype=np.float64))
        count = min(self.components, *X.shape)
        self.pca_ = PCA(count, svd_solver="covariance_eigh").fit(self._scaled(X))
        return self

    def transform(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Return the components."""
        check_is_fitted(self, "pca_")
        return np.asarray(self.pca_.transform(self._scaled(X)), dtype=np.float64)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Names of the features."""
        return np.array([f"+component{number}" for number in range(self.pca_.n_components_)], dtype=object)

    def _scaled(self, X: pd.DataFrame) -> NDArray[np.float32]:
        return np.nan_to_num(self.scaler_.transform(X.to_numpy(dtype=np.float64)))


def propose(context: FeatureContext) -> list[Proposal]:
    """All numbers (the strongest, on wide tables), if there are at least eight."""
    columns = context.numbers[:_MAX_COLUMNS]
    return [Proposal(columns, size=_COMPONENTS)] if len(columns) >= _MIN_COLUMNS else []


def build(options: ComponentOptions, seed: int) -> Components:
    """Build the transformer."""
    return Components(options.components, seed)


ENTRY = FeatureGenerator(
    about="Leading principal components of the numbers.",
    step="numbers",
    order=8,
    options=ComponentOptions,
    propose=propose,
    build=build,
    skops_types=(f"{__name__}.Components",),
)
