"""The interface of a metric."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from automl_flow.tasks.types import Problem

Array = NDArray[np.float64]
Score = Callable[[NDArray[np.generic], Array, Array | None], float]
PerRow = Callable[[NDArray[np.generic], Array], Array]
ScoreT = TypeVar("ScoreT", float, NDArray[np.float64])
Needs = Literal["probability", "label", "value"]


@dataclass(frozen=True)
class Metric:
    """A way to compare predictions with the truth.

    Attributes:
        name: Name in YAML.
        greater_is_better: Direction.
        needs: What is compared: probabilities, the most probable class or labels, or predicted values.
        problems: Problems that it suits.
        function: ``(y, prediction, weight) -> float``.
        title: Name in reports, for example ``"root mean squared error"``; empty: the name, without underscores.
        per_row: ``(y, prediction) -> (n,)``, where the metric is the weighted mean of these, or the root of that mean;
            ``None`` for other metrics. Scores of thousands of resamples are then computed at once.
        root: Whether it is the root of the mean of ``per_row``.
        class_weighting: Exponent by which models are trained on evened classes: a class weighs as much as its rows to
            the power of 1 minus this. 0 leaves classes as they are, 1 gives all classes the same weight.
    """

    name: str
    greater_is_better: bool
    needs: Needs
    problems: tuple[Problem, ...]
    function: Score
    title: str = ""
    per_row: PerRow | None = None
    root: bool = False
    class_weighting: float = 0.0

    def score(self, y: NDArray[np.generic], prediction: Array, weight: Array | None = None) -> float:
        """Return the metric as people know it.

        Args:
            y: Class codes or values, shape (n,); labels 0/1 or values of k targets, (n, k).
            prediction: Probabilities (n, k), or values (n,), (n, 1), or (n, k) of k targets.
            weight: Sample weights, shape (n,).
        """
        prediction = np.asarray(prediction, dtype=np.float64)
        if self.needs == "value":
            prediction = prediction.reshape(np.shape(y))
        return float(self.function(np.asarray(y), prediction, weight))

    def loss(self, y: NDArray[np.generic], prediction: Array, weight: Array | None = None) -> float:
        """Return the metric as a loss: searches minimise it, whatever the metric's direction."""
        return self.to_loss(self.score(y, prediction, weight))

    def to_loss(self, score: ScoreT) -> ScoreT:
        """Return a score, or an array of scores, as a loss: the negative where greater is better."""
        return -score if self.greater_is_better else score

    def from_loss(self, loss: ScoreT) -> ScoreT:
        """Return the score that people read, from a loss; the inverse of :meth:`to_loss`."""
        return -loss if self.greater_is_better else loss
