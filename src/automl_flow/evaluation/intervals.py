"""Intervals: of scores and of differences between models by bootstrap, of shares of rows by formula.

All bootstrap intervals of an evaluation come from the same resamples.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from automl_flow.evaluation.resampling import Array, resample_weights, score_weighted
from automl_flow.tasks.metrics import Metric

_MAX_CELLS = 5_000_000  # rows × resamples beyond which large holdouts get fewer resamples
_MIN_RESAMPLES = 50
_MIN_PERCENTILE_SCORES = 200
MIN_DECIDING_ROWS = 30  # of a holdout that may decide between models; resamples of fewer rows are too much alike


@dataclass(frozen=True)
class Interval:
    """An estimate and the range that holds the truth with the configured confidence."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Holdout:
    """Rows that a prediction is scored on.

    Attributes:
        y: Class codes or values, shape (n,).
        weight: Sample weights, shape (n,), or ``None``.
    """

    y: NDArray[np.generic]
    weight: Array | None = None

    def take(self, rows: NDArray[np.int64]) -> Holdout:
        """Return the holdout of some rows (with repetitions, in a resample)."""
        return Holdout(self.y[rows], None if self.weight is None else self.weight[rows])

    def score(self, metric: Metric, prediction: Array) -> float:
        """Score a prediction of these rows."""
        return metric.score(self.y, prediction, self.weight)


def bootstrap_scores(
    holdout: Holdout, jobs: Mapping[str, tuple[Metric, Array]], resamples: int, seed: int
) -> dict[str, Array]:
    """Compute every score on the same resamples of the holdout, whose rows are drawn with replacement.

    Args:
        holdout: The rows to score on.
        jobs: What to compute, by any name: a metric, and the probabilities (n, k) or values (n,) to score with it.
        resamples: Number of resamples; large holdouts get fewer, because their intervals are narrow.
        seed: Seed of the draws.

    Returns:
        For every job its scores, shape (r,) with r at most *resamples*; NaN where a score is undefined on a resample
        (of a single class, for example).
    """
    count = min(resamples, max(_MIN_RESAMPLES, _MAX_CELLS // max(len(holdout.y), 1)))
    blocks: dict[str, list[Array]] = {name: [] for name in jobs}
    for counts in resample_weights(len(holdout.y), count, seed):
        weights = counts if holdout.weight is None else counts * holdout.weight
        for name, (metric, prediction) in jobs.items():
            blocks[name].append(score_weighted(metric, holdout.y, prediction, weights))
    return {name: np.concatenate(found) for name, found in blocks.items()}


def interval(value: float, scores: Array, confidence: float) -> Interval:
    """Return the interval of *scores* around *value*; a point where there are no scores.

    It runs between percentiles where there are enough scores for that, else over a normal distribution of the same
    deviation, which is what scores of large holdouts follow.
    """
    scores = scores[np.isfinite(scores)]
    if not len(scores):
        return Interval(value, value, value)
    if len(scores) < _MIN_PERCENTILE_SCORES:
        half = _z(confidence) * float(np.std(scores))
        floor = 0.0 if scores.min() >= 0 else -np.inf  # a loss that is never negative has no negative bound
        return Interval(value, max(value - half, floor), value + half)
    low, high = np.quantile(scores, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(value, float(low), float(high))


@dataclass(frozen=True)
class Comparison:
    """The model against another prediction of the same rows.

    Attributes:
        against: Name of the other.
        gain: How much better the model is, in units of the metric; negative where it is worse.
        wins: Share of resamples in which the model is better (ties count half).
        rows: Rows of the holdout.
    """

    against: str
    gain: Interval
    wins: float
    rows: int

    @property
    def decided(self) -> bool:
        """Whether the interval of the gain leaves zero out, on rows that are enough for a bootstrap to be believed."""
        return decided(self.gain, self.rows)


def decided(gain: Interval, rows: int) -> bool:
    """Whether a difference measured on *rows* rows is significant."""
    return rows >= MIN_DECIDING_ROWS and (gain.low > 0 or gain.high < 0)


def compare(
    model: str,
    values: Mapping[str, float],
    scores: Mapping[str, Array],
    metric: Metric,
    *,
    confidence: float,
    rows: int,
) -> tuple[Comparison, ...]:
    """Compare *model* with every other prediction by paired bootstrap.

    Args:
        model: Name of the model.
        values: Score of every prediction on the holdout, by name.
        scores: Scores on the resamples, by the same names, as :func:`bootstrap_scores` returns them.
        metric: Says what is better.
        confidence: Coverage of the intervals.
        rows: Rows of the holdout.
    """
    losses, loss = {name: metric.to_loss(drawn) for name, drawn in scores.items()}, metric.to_loss(values[model])
    found = []
    for name in values:
        if name == model:
            continue
        gains = losses[name] - losses[model]
        gains = gains[np.isfinite(gains)]
        wins = float(np.mean((gains > 0) + 0.5 * (gains == 0))) if len(gains) else 0.5
        gain = interval(metric.to_loss(values[name]) - loss, gains, confidence)
        found.append(Comparison(name, gain, wins, rows))
    return tuple(found)


@dataclass(frozen=True)
class Rate:
    """How many of some rows have a property.

    Attributes:
        count: Rows that have it.
        rows: All of them, at least one.
        low: Lower end of the interval of their share (Wilson 1927).
        high: Upper end.
    """

    count: int
    rows: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share."""
        return self.count / self.rows


def rate(mask: NDArray[np.bool_], confidence: float) -> Rate | None:
    """Count the rows of *mask* that are true; ``None`` where there is no row."""
    n, count = len(mask), int(np.count_nonzero(mask))
    if n == 0:
        return None
    z, p = _z(confidence), count / n
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    low = 0.0 if count == 0 else middle - half  # the ends are exact there, but for rounding
    high = 1.0 if count == n else middle + half
    return Rate(count, n, low, high)


def difference(large: Rate | Interval, small: Rate | Interval) -> Interval:
    """Return *large* minus *small*, of independent rows, with its interval.

    The distances of the two values to the ends of their intervals add as squares (Newcombe 1998, method 10).
    """
    gap = large.value - small.value
    low = gap - math.hypot(large.value - large.low, small.high - small.value)
    high = gap + math.hypot(large.high - large.value, small.value - small.low)
    return Interval(gap, low, high)


def ratio(small: Rate, large: Rate, confidence: float) -> Interval | None:
    """Return *small* over *large*, of independent rows, with its interval (Katz et al. 1978, on the log scale).

    ``None`` where *large* is 0. Where *small* is 0, half a row is taken to have the property for the interval.
    """
    if large.count == 0:
        return None
    count = max(small.count, 0.5)
    spread = math.sqrt(1 / count - 1 / small.rows + 1 / large.count - 1 / large.rows)
    middle, factor = (count / small.rows) / large.value, math.exp(_z(confidence) * spread)
    value = small.value / large.value
    return Interval(value, min(middle / factor, value), middle * factor)


def _z(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)
