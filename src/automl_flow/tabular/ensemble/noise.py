"""How much of a target can be explained, and how much is noise to all that was tried."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.models.family import Array

MOSTLY = 0.5  # of the loss of the best constant
_SMALLEST = 1e-12  # probability


def mostly_noise(prediction: Array, y: NDArray[Any], weight: Array | None = None) -> bool:
    """Whether predictions of rows that were not seen leave more than half of what the best constant leaves.

    That is the deviance: the squared error of values (so half is an R² of 0.5), or the log loss of classes.

    Args:
        prediction: Probabilities (n, k), or values (n, 1).
        y: Class codes or values, shape (n,).
        weight: Sample weights.
    """
    left = _deviance(prediction, y)
    of_constant = _deviance(constant(y, prediction.shape[1], weight), y)
    return float(np.average(left, weights=weight)) > MOSTLY * float(np.average(of_constant, weights=weight))


def constant(y: NDArray[Any], outputs: int, weight: Array | None = None) -> Array:
    """Predictions (n, outputs) that are the same for all rows: shares of the classes, or the mean of the values."""
    if outputs == 1:
        return np.full((len(y), 1), np.average(y, weights=weight))
    shares = np.bincount(y.astype(np.int64), weights=weight, minlength=outputs)
    return np.tile(shares / shares.sum(), (len(y), 1))


def _deviance(prediction: Array, y: NDArray[Any]) -> Array:
    if prediction.shape[1] == 1:
        return np.asarray((y - prediction[:, 0]) ** 2)
    chance = prediction[np.arange(len(y)), y.astype(np.int64)] / prediction.sum(axis=1)
    return np.asarray(-np.log(np.maximum(chance, _SMALLEST)))
