"""What the second layer reads of the first: predictions as further columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.models.family import Array

_LEAST_CHANCE = 1e-6  # a class that a candidate rules out is taken for this probable
_TWO = 2


def readings_width(candidates: int, outputs: int) -> int:
    """Number of columns that so many candidates with so many outputs give."""
    return candidates * (1 if outputs <= _TWO else outputs)


def as_readings(predictions: Sequence[NDArray[np.floating]]) -> NDArray[np.float32]:
    """Turn predictions into columns, shape (n, columns).

    Of two classes the log-odds are taken, of more the logarithm of each chance: on that scale thresholds that are
    drawn at random tell a small chance from a very small one.

    Args:
        predictions: Of each candidate, shape (n, k): probabilities, or values with k = 1.
    """
    return np.concatenate([_columns(np.asarray(p, dtype=np.float64)) for p in predictions], axis=1)


def _columns(prediction: Array) -> NDArray[np.float32]:
    if prediction.shape[1] == 1:
        return prediction.astype(np.float32)
    logs = np.log(np.clip(prediction, _LEAST_CHANCE, 1.0))
    return (logs[:, 1:] - logs[:, :1] if prediction.shape[1] == _TWO else logs).astype(np.float32)


def beside(encoded: Any, readings: NDArray[np.float32]) -> Any:
    """Encoded rows with the readings as their last columns."""
    if not hasattr(encoded, "columns"):
        return np.concatenate([encoded, readings], axis=1)
    import pandas as pd

    names = [f"reading_{i}" for i in range(readings.shape[1])]
    return pd.concat([encoded, pd.DataFrame(readings, columns=names, index=encoded.index)], axis=1)
