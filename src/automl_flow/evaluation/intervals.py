"""Bootstrap intervals of scores and of differences between models, all from the same resamples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from automl_flow.evaluation.resampling import Array, resample_weights, score_weighted
from automl_flow.tasks.metrics import Metric

_MOST_CELLS = 50_000_000  # rows × resamples beyond which large holdouts get fewer resamples
_FEWEST = 50


@dataclass(frozen=True)
class Interval:
    """An estimate and the range that holds the truth with the configured confidence."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Holdout:
    """The rows that judge.

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
    holdout: Holdout, predictions: Mapping[str, Array], metric: Metric, resamples: int, seed: int
) -> dict[str, Array]:
    """Score every prediction on the same resamples of the holdout.

    Rows are drawn with replacement. A resample in which a score is undefined for one prediction (a single class,
    for example) is left out for all, so that scores stay paired.

    Args:
        holdout: The rows that judge.
        predictions: Probabilities (n, k) or values (n,) of every model.
        metric: What to compute.
        resamples: Number of resamples; large holdouts get fewer, for their intervals are narrow.
        seed: Seed of the draws: the same rows for every metric.

    Returns:
        For every model its scores, shape (r,) with r at most *resamples*.
    """
    count = max(_FEWEST, min(resamples, _MOST_CELLS // max(len(holdout.y), 1)))
    blocks: list[Array] = []
    for counts in resample_weights(len(holdout.y), count, seed):
        weights = counts if holdout.weight is None else counts * holdout.weight
        scored = [score_weighted(metric, holdout.y, prediction, weights) for prediction in predictions.values()]
        blocks.append(np.column_stack(scored))
    scores = np.concatenate(blocks)
    scores = scores[np.isfinite(scores).all(axis=1)]
    return {name: scores[:, j] for j, name in enumerate(predictions)}


def interval(value: float, scores: Array, confidence: float) -> Interval:
    """Return the percentile interval of *scores* around *value*; a point where there are no scores."""
    if not len(scores):
        return Interval(value, value, value)
    low, high = np.quantile(scores, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(value, float(low), float(high))


@dataclass(frozen=True)
class Comparison:
    """The model against another prediction of the same rows.

    Attributes:
        against: Name of the other.
        gain: How much better the model is, in units of the metric; negative where it is worse.
        wins: Share of resamples in which the model is better (ties count half).
    """

    against: str
    gain: Interval
    wins: float

    @property
    def decided(self) -> bool:
        """Whether the interval of the gain leaves zero out."""
        return self.gain.low > 0 or self.gain.high < 0


def compare(
    model: str, values: Mapping[str, float], scores: Mapping[str, Array], metric: Metric, confidence: float
) -> tuple[Comparison, ...]:
    """Compare *model* with every other prediction by paired bootstrap.

    Args:
        model: Name of the model.
        values: Score of every prediction on the holdout.
        scores: Scores on the resamples, as :func:`bootstrap_scores` returns them.
        metric: Gives the direction.
        confidence: Coverage of the intervals.
    """
    sign = 1.0 if metric.greater_is_better else -1.0
    found = []
    for name in values:
        if name == model:
            continue
        gains = sign * (scores[model] - scores[name])
        wins = float(np.mean((gains > 0) + 0.5 * (gains == 0))) if len(gains) else 0.5
        found.append(Comparison(name, interval(sign * (values[model] - values[name]), gains, confidence), wins))
    return tuple(found)
