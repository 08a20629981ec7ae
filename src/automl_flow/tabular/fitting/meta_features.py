"""Meta-features of the second layer: predictions of base models as further columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.tasks.problem_types import ProblemType


def n_meta_features(candidates: int, outputs: int, kind: ProblemType) -> int:
    """Number of columns that *candidates* base models with *outputs* outputs give."""
    return candidates * kind.n_meta_features(outputs)


def as_meta_features(predictions: Sequence[NDArray[np.floating]], kind: ProblemType) -> NDArray[np.float32]:
    """Turn predictions into columns, shape (n, columns).

    Args:
        predictions: Of each candidate, shape (n, k).
        kind: The problem type, which says what a stacked model reads of a prediction.
    """
    columns = [kind.meta_features(np.asarray(p, dtype=np.float64)) for p in predictions]
    return np.concatenate(columns, axis=1).astype(np.float32)


def append_columns(encoded: Any, meta: NDArray[np.float32]) -> Any:
    """Encoded rows, a frame or an array, with meta-features as their last columns."""
    if not isinstance(encoded, pd.DataFrame):
        return np.concatenate([encoded, meta], axis=1)
    names = [f"reading_{i}" for i in range(meta.shape[1])]  # boosters that were saved before know these names
    return pd.concat([encoded, pd.DataFrame(meta, columns=names, index=encoded.index)], axis=1)
