"""Scores on many resamples at once.

A resample of n rows is a vector of n counts, and a score of a resample is the score with these counts as weights.
Written as matrix products that is a hundred times quicker than calling a metric per resample.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.seeds import generator
from automl_flow.tasks.metrics import Metric
from automl_flow.tasks.metrics.losses import squared_error_per_row

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
_CHUNK = 4_000_000  # cells of weights held at a time
_MIN_VARIANCE = 1e-15


def resample_weights(n_rows: int, count: int, seed: int) -> Iterator[Array]:
    """Draw bootstrap resamples, as counts of how often each row was drawn.

    Args:
        n_rows: Rows, and draws of a resample.
        count: Number of resamples.
        seed: Equal seeds give equal resamples, so that scores computed from them are paired.

    Yields:
        Blocks of shape (b, n_rows), b adding up to *count*.
    """
    rng = generator(seed, "bootstrap")
    block = max(1, _CHUNK // n_rows)
    for start in range(0, count, block):
        draws = rng.integers(0, n_rows, size=(min(block, count - start), n_rows))
        yield np.stack([np.bincount(row, minlength=n_rows) for row in draws]).astype(np.float64)


def score_weighted(metric: Metric, y: NDArray[np.generic], prediction: Array, weights: Array) -> Array:
    """Return the metric under every row of *weights* (b, n); NaN where it is undefined.

    The values are those of ``metric.score(y, prediction, weight)``.

    Args:
        metric: What to compute.
        y: True codes or values, (n,) or (n, k).
        prediction: Probabilities (n, k) or values.
        weights: A row of weights for each resample.

    Returns:
        (b,) scores.
    """
    several = y.ndim == 2
    if metric.per_row is not None and not (several and metric.root):  # that is a mean of roots
        means = weights @ metric.per_row(y, prediction) / weights.sum(axis=1)
        return np.asarray(np.sqrt(means) if metric.root else means)
    if several:
        return np.array([metric.score(y, prediction, weight) for weight in weights])
    if metric.name in _OF_COUNTS:
        return _OF_COUNTS[metric.name](_confusions(y.astype(np.int64), prediction, weights))
    if metric.name == "roc_auc":
        return _roc_auc(y, prediction, weights)
    if metric.name == "average_precision":
        return _average_precision(y == 1, prediction[:, 1], weights)
    if metric.name == "r2":
        return _r2(y.astype(np.float64), prediction, weights)
    return np.array([metric.score(y, prediction, weight) for weight in weights])


# Metrics of the confusion matrix, shape (b, k, k): true class, predicted class.


def _confusions(y: Codes, p: Array, weights: Array) -> Array:
    k = p.shape[1]
    cells = np.eye(k * k)[y * k + p.argmax(axis=1)]  # (n, k²): the one cell that a row adds to
    return np.asarray(weights @ cells).reshape(-1, k, k)


def _divide(top: Array, bottom: Array) -> Array:
    """Divide, and give 0 for a division by zero, as scikit-learn's ``zero_division=0`` does."""
    return np.asarray(np.divide(top, bottom, out=np.zeros_like(top), where=bottom != 0))


def _balanced_accuracy(c: Array) -> Array:
    rows, hits = c.sum(axis=2), np.diagonal(c, axis1=1, axis2=2)
    return np.asarray(_divide(hits, rows).sum(axis=1) / np.maximum((rows > 0).sum(axis=1), 1))


def _f1_by_class(c: Array) -> Array:
    return _divide(2 * np.diagonal(c, axis1=1, axis2=2), c.sum(axis=1) + c.sum(axis=2))


def _f1(c: Array) -> Array:
    return _f1_by_class(c)[:, 1]


def _f1_macro(c: Array) -> Array:
    """Mean over the classes that occur among the true or the predicted ones."""
    occurs = (c.sum(axis=1) + c.sum(axis=2)) > 0
    return np.asarray(_f1_by_class(c).sum(axis=1) / np.maximum(occurs.sum(axis=1), 1))


def _mcc(c: Array) -> Array:
    truth, predicted, total = c.sum(axis=2), c.sum(axis=1), c.sum(axis=(1, 2))
    hits = np.trace(c, axis1=1, axis2=2)
    covariance = hits * total - (truth * predicted).sum(axis=1)
    spread = (total**2 - (truth**2).sum(axis=1)) * (total**2 - (predicted**2).sum(axis=1))
    return _divide(covariance, np.sqrt(np.maximum(spread, 0)))


_OF_COUNTS: dict[str, Callable[[Array], Array]] = {
    "balanced_accuracy": _balanced_accuracy,
    "f1": _f1,
    "f1_macro": _f1_macro,
    "mcc": _mcc,
}


# Metrics of the order of the rows.


def _by_score(truth: NDArray[np.bool_], p: Array, weights: Array) -> tuple[Array, Array]:
    """Weights of positives and of negatives at every distinct score, highest first; shapes (b, u)."""
    order = np.argsort(-p, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(p[order]) != 0])
    sorted_weights, positive = weights[:, order], truth[order]
    positives = np.add.reduceat(sorted_weights * positive, starts, axis=1)
    return positives, np.add.reduceat(sorted_weights * ~positive, starts, axis=1)


def _defined(top: Array, bottom: Array) -> Array:
    """Divide, and give NaN for a division by zero."""
    return np.asarray(np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 0))


def _area(truth: NDArray[np.bool_], p: Array, weights: Array) -> Array:
    """Area under the ROC curve; ties count half; NaN where one side has no weight."""
    positives, negatives = _by_score(truth, p, weights)
    beaten = negatives.sum(axis=1, keepdims=True) - np.cumsum(negatives, axis=1) + negatives / 2
    pairs = positives.sum(axis=1) * negatives.sum(axis=1)
    wins = (positives * beaten).sum(axis=1)
    return _defined(wins, pairs)


def _roc_auc(y: NDArray[np.generic], p: Array, weights: Array) -> Array:
    if p.shape[1] == 2:
        return _area(y == 1, p[:, 1], weights)
    areas = np.stack([_area(y == k, p[:, k], weights) for k in range(p.shape[1])])
    defined = np.isfinite(areas)
    sums = np.where(defined, areas, 0.0).sum(axis=0)
    return _defined(sums, defined.sum(axis=0).astype(np.float64))


def _average_precision(truth: NDArray[np.bool_], p: Array, weights: Array) -> Array:
    positives, negatives = _by_score(truth, p, weights)
    hits = np.cumsum(positives, axis=1)
    precision = _divide(hits, hits + np.cumsum(negatives, axis=1))
    total = positives.sum(axis=1)
    return _defined((positives * precision).sum(axis=1), total)


def _r2(y: Array, values: Array, weights: Array) -> Array:
    total = weights.sum(axis=1)
    variance = weights @ y**2 - (weights @ y) ** 2 / total
    spread = np.where(variance > _MIN_VARIANCE, variance, np.nan)
    return np.asarray(1 - weights @ squared_error_per_row(y, values) / spread)
