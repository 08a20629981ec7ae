"""Losses of single rows, of which metrics are means; each takes targets (n,) and predictions, and returns (n,).

Those of several targets, (n, k), are the mean over the targets.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
MIN_PROBABILITY = 1e-15  # clips the log loss of a row at 34.5


def log_loss_per_row(y: NDArray[np.generic], p: Array) -> Array:
    """Negative log of the share that *p* (n, k), which need not add up to 1, gives to the true class.

    Of several labels, the mean of the negative logs of the probabilities that *p* gives to what is true of each.
    """
    if y.ndim == 2:
        true = np.where(y == 1, p, 1.0 - p)
        return np.asarray(-np.log(np.clip(true, MIN_PROBABILITY, 1.0)).mean(axis=1))
    chosen = p[np.arange(len(y)), y.astype(np.int64)] / np.maximum(p.sum(axis=1), MIN_PROBABILITY)
    return np.asarray(-np.log(np.clip(chosen, MIN_PROBABILITY, 1.0)))


def brier_per_row(y: NDArray[np.generic], p: Array) -> Array:
    """Squared distance of the probability vector to the truth; for two classes half of it, as is usual."""
    if y.ndim == 2:
        return np.asarray(((p - y.astype(np.float64)) ** 2).mean(axis=1))
    truth = np.eye(p.shape[1])[y.astype(np.int64)]
    return np.asarray(((p - truth) ** 2).sum(axis=1) / (2 if p.shape[1] == 2 else 1))


def hit_per_row(y: NDArray[np.generic], p: Array) -> Array:
    """1 where the most probable class is the true one, else 0."""
    return np.asarray(p.argmax(axis=1) == y, dtype=np.float64)


def squared_error_per_row(y: NDArray[np.generic], values: Array) -> Array:
    """Squared difference."""
    return np.asarray((y.astype(np.float64) - values) ** 2)


def absolute_error_per_row(y: NDArray[np.generic], values: Array) -> Array:
    """Absolute difference."""
    errors = np.abs(y.astype(np.float64) - values)
    return errors.mean(axis=1) if y.ndim == 2 else errors


def percentage_error_per_row(y: NDArray[np.generic], values: Array) -> Array:
    """Absolute difference relative to the true value."""
    return absolute_error_per_row(y, values) / np.maximum(np.abs(y.astype(np.float64)), np.finfo(np.float64).eps)


def squared_log_error_per_row(y: NDArray[np.generic], values: Array) -> Array:
    """Squared difference of log(1 + value); negative values count as zero."""
    gap = np.log1p(np.maximum(y.astype(np.float64), 0)) - np.log1p(np.maximum(values, 0))
    return np.asarray(gap**2)
