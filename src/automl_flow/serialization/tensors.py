"""Named arrays as safetensors bytes, and checks that make indices in untrusted arrays safe to follow."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.errors import ArtifactError, shown

Arrays = dict[str, NDArray[Any]]


def dump_tensors(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return arrays as bytes; equal arrays give equal bytes."""
    from safetensors.numpy import save

    return save({name: np.ascontiguousarray(array) for name, array in arrays.items()})


def load_tensors(content: bytes, expected: Mapping[str, tuple[str, int]], *, unbounded: Collection[str] = ()) -> Arrays:
    """Return the arrays that :func:`dump_tensors` wrote.

    Args:
        content: The bytes.
        expected: Dtype (``f4``, ``f8``, ``i4``, …, alternatives with a bar) and number of dimensions, by name.
        unbounded: Names of arrays that may contain infinities or NaN.

    Raises:
        ArtifactError: An array is missing, unexpected, or has another dtype or number of dimensions; or a number is not
            finite. Content that is not a safetensors file raises that library's error.
    """
    from safetensors.numpy import load

    arrays = load(content)
    for name in sorted(expected.keys() ^ arrays.keys()):
        what = "missing" if name in expected else "unexpected"
        raise ArtifactError(f"array {shown(name)!r} is {what}")
    for name, (kinds, axes) in expected.items():
        array = arrays[name]
        if array.dtype.str[1:] not in kinds.split("|") or array.ndim != axes:
            raise ArtifactError(
                f"array {name!r} must be {kinds} with {axes} dimensions, got {array.dtype} {array.shape}"
            )
        if name not in unbounded and array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ArtifactError(f"array {name!r} must be finite")
    return arrays


def check_range(name: str, values: NDArray[Any], low: int, high: int) -> None:
    """Check that all *values* lie in [low, high).

    Raises:
        ArtifactError: A value does not.
    """
    if values.size and not (low <= values.min() and values.max() < high):
        raise ArtifactError(f"{name} must lie in {low} … {high - 1}, found {values.min()} … {values.max()}")


def check_trees(sizes: NDArray[Any], left: NDArray[Any], right: NDArray[Any], is_leaf: NDArray[np.bool_]) -> None:
    """Check that every path down a tree ends in a leaf of the same tree.

    Args:
        sizes: Number of nodes of each tree, whose nodes are consecutive in the other arrays.
        left: Left child of each node, relative to the tree's first node; ignored for leaves.
        right: Right child, likewise.
        is_leaf: Whether a node has no children.

    Raises:
        ArtifactError: A child does not come after its parent in the same tree, or there are no trees.
    """
    if sizes.size == 0 or sizes.min() < 1 or int(sizes.sum()) != len(left):
        raise ArtifactError(f"{len(left)} nodes do not match the sizes of {sizes.size} trees")
    starts = np.repeat(np.cumsum(sizes) - sizes, sizes)
    place = np.arange(len(left)) - starts
    size = np.repeat(sizes, sizes)
    inner = ~is_leaf
    for child in (left[inner].astype(np.int64), right[inner].astype(np.int64)):
        if not ((child > place[inner]) & (child < size[inner])).all():
            raise ArtifactError("a child must come after its parent in the same tree")
