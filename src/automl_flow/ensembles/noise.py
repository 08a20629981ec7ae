"""How much of a target can be explained, and how much is noise to all that was tried."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.search.family import Array

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
    left, constant = _values(prediction, y, weight) if prediction.shape[1] == 1 else _classes(prediction, y, weight)
    return float(np.average(left, weights=weight)) > MOSTLY * float(np.average(constant, weights=weight))


def _values(prediction: Array, y: NDArray[Any], weight: Array | None) -> tuple[Array, Array]:
    return (y - prediction[:, 0]) ** 2, (y - np.average(y, weights=weight)) ** 2


def _classes(prediction: Array, y: NDArray[Any], weight: Array | None) -> tuple[Array, Array]:
    codes = y.astype(np.int64)
    chance = prediction[np.arange(len(codes)), codes] / prediction.sum(axis=1)
    shares = np.bincount(codes, weights=weight, minlength=prediction.shape[1])
    chances = np.maximum(shares / shares.sum(), _SMALLEST)
    return -np.log(np.maximum(chance, _SMALLEST)), -np.log(chances)[codes]
