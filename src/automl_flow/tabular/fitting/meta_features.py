"""What the second layer reads of the first: predictions as further columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.tasks.problem_types import ProblemType


def readings_width(candidates: int, outputs: int, kind: ProblemType) -> int:
    """Number of columns that so many candidates with so many outputs give."""
    return candidates * kind.n_meta_features(outputs)


def as_readings(predictions: Sequence[NDArray[np.floating]], kind: ProblemType) -> NDArray[np.float32]:
    """Turn predictions into columns, shape (n, columns).

    Args:
        predictions: Of each candidate, shape (n, k).
        kind: The problem type, which says what a stacked model reads of a prediction.
    """
    columns = [kind.meta_features(np.asarray(p, dtype=np.float64)) for p in predictions]
    return np.concatenate(columns, axis=1).astype(np.float32)


def beside(encoded: Any, readings: NDArray[np.float32]) -> Any:
    """Encoded rows with the readings as their last columns."""
    if not hasattr(encoded, "columns"):
        return np.concatenate([encoded, readings], axis=1)
    import pandas as pd

    names = [f"reading_{i}" for i in range(readings.shape[1])]
    return pd.concat([encoded, pd.DataFrame(readings, columns=names, index=encoded.index)], axis=1)
