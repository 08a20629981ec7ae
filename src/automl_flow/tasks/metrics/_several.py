"""Metrics of several targets: labels 0/1 with their probabilities, or values; all arrays have the shape (n, k)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from automl_flow.tasks.metrics._metric import Array, Score
from automl_flow.tasks.types import LABEL_THRESHOLD

Truth = NDArray[np.generic]


def label_mean(function: Score, defined: Callable[[Truth], bool] = lambda _: True, otherwise: float = 0.0) -> Score:
    """Let a metric of two classes also score several labels: by its mean over them ("macro").

    Args:
        function: Metric of codes (n,) and probabilities (n, 2).
        defined: Whether the metric is defined for one label's truth (n,); other labels are left out of the mean.
        otherwise: Score where it is defined for no label.
    """

    def score(y: Truth, p: Array, weight: Array | None) -> float:
        if y.ndim == 1:
            return function(y, p, weight)
        pairs = [(truth, np.column_stack([1.0 - chance, chance])) for truth, chance in zip(y.T, p.T, strict=True)]
        scores = [function(truth, chances, weight) for truth, chances in pairs if defined(truth)]
        return float(np.mean(scores)) if scores else otherwise

    return score


def varies(truth: Truth) -> bool:
    """Whether a label applies to some rows and not to others."""
    return bool(0 < np.count_nonzero(truth) < len(truth))


def occurs(truth: Truth) -> bool:
    """Whether a label applies to any row."""
    return bool(np.any(truth == 1))


def hamming_per_row(y: Truth, p: Array) -> Array:
    """Share of a row's labels that are predicted wrongly."""
    return np.asarray(np.mean(_decided(p) != y, axis=1))


def subset_hit_per_row(y: Truth, p: Array) -> Array:
    """1 where all labels of a row are predicted correctly, else 0."""
    return np.asarray(np.all(_decided(p) == y, axis=1), dtype=np.float64)


def f1_micro(y: Truth, p: Array, weight: Array | None) -> float:
    """F1 of all labels pooled; 0 where none applies and none is predicted."""
    w = np.ones(len(y)) if weight is None else weight
    predicted, truth = _decided(p), y == 1
    hits = w @ (predicted & truth).sum(axis=1)
    total = w @ (predicted.sum(axis=1) + truth.sum(axis=1))
    return float(2 * hits / total) if total else 0.0


def relative_rmse(y: Truth, values: Array, weight: Array | None) -> float:
    """Root mean squared error in units of the output's standard deviation, averaged over the outputs.

    It is about 1 for the mean, and does not depend on the outputs' units. aRRMSE in Spyromitros-Xioufis et al., 2016,
    with the deviation of the rows that are scored.
    """
    truth = y.astype(np.float64)
    errors = np.average((truth - values) ** 2, axis=0, weights=weight)
    variance = np.average((truth - np.average(truth, axis=0, weights=weight)) ** 2, axis=0, weights=weight)
    return float(np.mean(np.sqrt(errors / np.where(variance > 0, variance, 1.0))))


def _decided(p: Array) -> NDArray[np.bool_]:
    return np.asarray(p >= LABEL_THRESHOLD)
