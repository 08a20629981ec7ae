"""Trees of a fitted forest: prediction and storage.

scikit-learn's trees follow any index they contain, even out of bounds; indices are checked before a tree is built.
"""

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
    "sizes": ("i8", 1),
    "left": ("i4", 1),
    "right": ("i4", 1),
    "feature": ("i4", 1),
    "threshold": ("f8", 1),
    "missing_left": ("u1", 1),
    "leaves": ("f8", 2),
}
_UNBOUNDED = ("threshold",)  # an infinite threshold splits off missing values
_LEAF = -1


@dataclass(frozen=True)
class Forest:
    """A fitted forest.

    Attributes:
        trees: scikit-learn's trees.
        features: Number of input columns.
    """

    trees: tuple[Any, ...]
    features: int

    @classmethod
    def of(cls, model: Any) -> Self:
        """Take the trees of a scikit-learn forest."""
        return cls(tuple(tree.tree_ for tree in model.estimators_), int(model.n_features_in_))

    def predict(self, X: Any) -> Array:
        """Predict probabilities (n, k), or values (n, k) of k targets: the mean of the trees.

        Trees predict one after another: scikit-learn's forest starts a job and validates the rows for each tree, which
        for a few thousand rows takes several times as long as the prediction itself.

        Raises:
            ArtifactError: The rows do not have the number of columns that the forest was fitted on.
        """
        rows = np.ascontiguousarray(X, dtype=np.float32)
        if rows.ndim != 2 or rows.shape[1] != self.features:
            raise ArtifactError(f"the forest needs rows of {self.features} columns, got shape {rows.shape}")
        total = np.zeros((len(rows), self.trees[0].value[0].size))
        for tree in self.trees:
            total += tree.predict(rows).reshape(total.shape)
        return total / len(self.trees)

    def to_bytes(self) -> bytes:
        """Return the trees in the safetensors format, with what predicting needs of them."""
        leaf = [tree.children_left == _LEAF for tree in self.trees]
        columns = {
            "left": ("children_left", "i4"),
            "right": ("children_right", "i4"),
            "feature": ("feature", "i4"),
            "threshold": ("threshold", "f8"),
            "missing_left": ("missing_go_to_left", "u1"),
        }
        arrays = {
            name: np.concatenate([np.asarray(getattr(tree, attribute)) for tree in self.trees]).astype(kind)
            for name, (attribute, kind) in columns.items()
        }
        leaves = [tree.value[own].reshape(-1, tree.value[0].size) for tree, own in zip(self.trees, leaf, strict=True)]
        return dump_tensors(
            {
                **arrays,
                "features": np.array([self.features], dtype=np.int64),
                "sizes": np.array([tree.node_count for tree in self.trees], dtype=np.int64),
                "leaves": np.concatenate(leaves),
            }
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Read what :meth:`to_bytes` wrote.

        Raises:
            ArtifactError: The arrays are not valid trees.
        """
        arrays = load_tensors(content, _ARRAYS, unbounded=_UNBOUNDED)
        is_leaf = arrays["left"] == _LEAF
        columns = [arrays[name] for name in ("left", "right", "feature", "threshold", "missing_left")]
        if len({len(column) for column in columns}) != 1 or len(arrays["features"]) != 1:
            raise ArtifactError("node arrays must have equal lengths")
        check_trees(arrays["sizes"], arrays["left"], arrays["right"], is_leaf)
        features = int(arrays["features"][0])
        check_range("features", arrays["features"], 1, 1 << 31)
        check_range("split columns", arrays["feature"][~is_leaf], 0, features)
        check_range("directions of missing values", arrays["missing_left"], 0, 2)
        if len(arrays["leaves"]) != int(is_leaf.sum()) or arrays["leaves"].shape[1] < 1:
            raise ArtifactError(f"{len(arrays['leaves'])} values for {int(is_leaf.sum())} leaves")
        nodes = _nodes(columns, is_leaf)
        values = np.zeros((len(nodes), 1, arrays["leaves"].shape[1]))
        values[is_leaf, 0, :] = arrays["leaves"]
        ends = np.cumsum(arrays["sizes"])
        starts = ends - arrays["sizes"]
        return cls(
            tuple(_tree(nodes[low:high], values[low:high], features) for low, high in zip(starts, ends, strict=True)),
            features,
        )


def _nodes(columns: list[NDArray[Any]], is_leaf: NDArray[np.bool_]) -> NDArray[Any]:
    """Nodes in scikit-learn's layout; fields needed only for training are zero."""
    from sklearn.tree._tree import NODE_DTYPE

    nodes = np.zeros(len(is_leaf), dtype=NODE_DTYPE)
    for name, column in zip(
        ("left_child", "right_child", "feature", "threshold", "missing_go_to_left"), columns, strict=True
    ):
        nodes[name] = column
    for child in ("left_child", "right_child"):
        nodes[child][is_leaf] = _LEAF
    return nodes


def _tree(nodes: NDArray[Any], values: NDArray[Any], features: int) -> Any:
    from sklearn.tree._tree import Tree

    tree = Tree(features, np.array([values.shape[2]], dtype=np.intp), 1)
    tree.__setstate__({"max_depth": 0, "node_count": len(nodes), "nodes": nodes, "values": values})
    return tree
