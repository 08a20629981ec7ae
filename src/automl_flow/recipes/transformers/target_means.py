"""Target encoding of pandas categories, cross-fitted."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.preprocessing import TargetEncoder
from sklearn.utils.validation import check_is_fitted

from automl_flow.core.errors import DataError
from automl_flow.recipes.transformers.labels import label_codes


class TargetMeans(TransformerMixin, BaseEstimator):
    """scikit-learn's ``TargetEncoder`` on the codes of pandas categories.

    Each label becomes the mean of the target where it occurs, shrunk towards the overall mean; with k > 2 classes, the
    shares of the k classes. ``fit_transform`` encodes each part of the training rows with the means of the other parts,
    so that no row sees its own target. Micci-Barreca, "A preprocessing scheme for high-cardinality categorical
    attributes" (2001). The target must be class codes (integers) or numbers (floats).

    Args:
        parts: Number of parts.
        seed: Decides which row is in which part.
    """

    def __init__(self, parts: int = 5, seed: int = 0) -> None:
        self.parts = parts
        self.seed = seed

    def fit(self, X: Any, y: Any) -> Self:
        """Learn the means of all training rows."""
        codes, target = self._prepare(X, y)
        self.encoder_ = self._encoder(target).fit(codes, target)
        return self

    def fit_transform(self, X: Any, y: Any = None, **fit_params: Any) -> NDArray[np.float32]:  # noqa: ARG002
        """Learn the means, and encode the training rows without their own targets."""
        codes, target = self._prepare(X, y)
        self.encoder_ = self._encoder(target)
        if self._smallest(target) < 2:  # nothing to hold back: shrunk means are all there is
            return np.asarray(self.encoder_.fit(codes, target).transform(codes), dtype=np.float32)
        return np.asarray(self.encoder_.fit_transform(codes, target), dtype=np.float32)

    def transform(self, X: Any) -> NDArray[np.float32]:
        """Encode rows with the means of all training rows; labels unseen in training get the overall mean."""
        check_is_fitted(self, "encoder_")
        return np.asarray(self.encoder_.transform(label_codes(X)), dtype=np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002
        """``column>class`` for every output, or the column where there is one output for each."""
        if self.encoder_.target_type_ != "multiclass":
            return np.array(self.columns_, dtype=object)
        names = [f"{column}>{label}" for column in self.columns_ for label in self.encoder_.classes_]
        return np.array(names, dtype=object)

    def _prepare(self, X: Any, y: Any) -> tuple[NDArray[np.int64], NDArray[Any]]:
        if y is None:
            raise DataError("target encoding needs the target, y is None")
        self.columns_ = [str(name) for name in X.columns]
        return label_codes(X), np.asarray(y)

    def _encoder(self, y: NDArray[Any]) -> TargetEncoder:
        from sklearn.model_selection import KFold, StratifiedKFold

        if y.dtype.kind == "f":
            parts = max(2, min(self.parts, len(y)))
            return TargetEncoder(target_type="continuous", cv=KFold(parts, shuffle=True, random_state=self.seed))
        kind = "binary" if len(np.unique(y)) <= 2 else "multiclass"
        parts = max(2, min(self.parts, self._smallest(y)))
        return TargetEncoder(target_type=kind, cv=StratifiedKFold(parts, shuffle=True, random_state=self.seed))

    @staticmethod
    def _smallest(y: NDArray[Any]) -> int:
        return len(y) if y.dtype.kind == "f" else int(np.unique(y, return_counts=True)[1].min())

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags
