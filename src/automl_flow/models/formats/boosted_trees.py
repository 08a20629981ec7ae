"""Trees of scikit-learn's histogram gradient boosting: prediction and storage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.errors import ArtifactError
from automl_flow.models.family import Array
from automl_flow.serialization.tensors import check_range, check_trees, dump_tensors, load_tensors

_ARRAYS = {
    "features": ("i8", 1),
    "baseline": ("f8", 1),
    "sizes": ("i8", 1),
    "left": ("u4", 1),
    "right": ("u4", 1),
    "feature_idx": ("i4", 1),
    "num_threshold": ("f8", 1),
    "missing_go_to_left": ("u1", 1),
    "is_leaf": ("u1", 1),
    "value": ("f8", 1),
}
_COLUMNS = tuple(_ARRAYS)[3:]
_UNBOUNDED = ("num_threshold",)  # an infinite threshold splits off missing values


@dataclass(frozen=True)
class BoostedTrees:
    """Fitted trees; each boosting step has one tree per output.

    Attributes:
        nodes: Nodes of each tree, as scikit-learn's predictor takes them, step by step.
        baseline: Prediction before the first step, one number per tree of a step.
        features: Number of input columns.
    """

    nodes: tuple[NDArray[Any], ...]
    baseline: Array
    features: int

    @classmethod
    def of(cls, model: Any) -> Self:
        """Take the trees of a scikit-learn estimator fitted on numeric columns only."""
        nodes = tuple(tree.nodes for step in model._predictors for tree in step)
        return cls(nodes, np.array(model._baseline_prediction, dtype=np.float64).ravel(), int(model.n_features_in_))

    @property
    def steps(self) -> int:
        """Boosting steps."""
        return len(self.nodes) // len(self.baseline)

    def predict(self, X: Any, *, classes: bool) -> Array:
        """Predict probabilities (n, k), or values (n, 1), as scikit-learn does.

        Raises:
            ArtifactError: The rows do not have the number of columns that the trees were fitted on.
        """
        from scipy.special import expit
        from sklearn.utils.extmath import softmax

        raw = self._raw(np.asarray(X, dtype=np.float64))
        if not classes:
            return raw[:, :1]
        if raw.shape[1] > 1:
            return np.asarray(softmax(raw))
        positive = expit(raw[:, 0])
        return np.column_stack([1 - positive, positive])

    def _raw(self, rows: Array) -> Array:
        from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor
        from sklearn.utils._openmp_helpers import _openmp_effective_n_threads

        if rows.ndim != 2 or rows.shape[1] != self.features:
            raise ArtifactError(f"the trees need rows of {self.features} columns, got shape {rows.shape}")
        sets = np.zeros((0, 8), dtype=np.uint32)  # category sets; the rows have no categorical columns
        places = np.zeros(self.features, dtype=np.uint32)
        threads = _openmp_effective_n_threads()
        raw = np.zeros((len(rows), len(self.baseline)), order="F")
        raw += self.baseline
        for number, nodes in enumerate(self.nodes):
            tree = TreePredictor(nodes, sets, sets)
            raw[:, number % len(self.baseline)] += tree.predict(rows, sets, places, threads)
        return raw

    def to_bytes(self) -> bytes:
        """Return what prediction needs of the trees, in the safetensors format."""
        columns = {
            name: np.concatenate([nodes[name] for nodes in self.nodes]).astype(_ARRAYS[name][0]) for name in _COLUMNS
        }
        return dump_tensors(
            {
                **columns,
                "features": np.array([self.features], dtype=np.int64),
                "baseline": self.baseline,
                "sizes": np.array([len(nodes) for nodes in self.nodes], dtype=np.int64),
            }
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Read what :meth:`to_bytes` wrote.

        Raises:
            ArtifactError: The arrays are not valid trees.
        """
        from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE

        arrays = load_tensors(content, _ARRAYS, unbounded=_UNBOUNDED)
        if len({len(arrays[name]) for name in _COLUMNS}) != 1 or len(arrays["features"]) != 1:
            raise ArtifactError("node arrays must have equal lengths")
        is_leaf = arrays["is_leaf"] != 0
        check_trees(arrays["sizes"], arrays["left"], arrays["right"], is_leaf)
        check_range("features", arrays["features"], 1, 1 << 31)
        features = int(arrays["features"][0])
        check_range("split columns", arrays["feature_idx"][~is_leaf], 0, features)
        trees, at_once = len(arrays["sizes"]), len(arrays["baseline"])
        if at_once == 0 or trees % at_once:
            raise ArtifactError(f"{trees} trees cannot be divided into boosting steps of {at_once}")
        nodes = np.zeros(len(is_leaf), dtype=PREDICTOR_RECORD_DTYPE)
        for name in _COLUMNS:
            nodes[name] = arrays[name]
        return cls(tuple(np.split(nodes, np.cumsum(arrays["sizes"])[:-1])), arrays["baseline"], features)
