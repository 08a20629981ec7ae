"""What a metric is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from automl_flow.tasks.types import Problem

Array = NDArray[np.float64]
Score = Callable[[NDArray[np.generic], Array, Array | None], float]
Needs = Literal["probability", "label", "value"]


@dataclass(frozen=True)
class Metric:
    """A way to compare predictions with the truth.

    Attributes:
        name: Name in YAML.
        greater_is_better: Direction.
        needs: What is compared: class probabilities, the most probable class, or predicted values.
        problems: Problems that it suits.
        function: ``(y, prediction, weight) -> float``.
    """

    name: str
    greater_is_better: bool
    needs: Needs
    problems: tuple[Problem, ...]
    function: Score

    def score(self, y: NDArray[np.generic], prediction: Array, weight: Array | None = None) -> float:
        """Return the metric as people know it.

        Args:
            y: Class codes or values, shape (n,).
            prediction: Probabilities (n, k) or values (n,) or (n, 1).
            weight: Sample weights, shape (n,).
        """
        prediction = np.asarray(prediction, dtype=np.float64)
        if self.needs == "value":
            prediction = prediction.reshape(len(y))
        return float(self.function(np.asarray(y), prediction, weight))

    def loss(self, y: NDArray[np.generic], prediction: Array, weight: Array | None = None) -> float:
        """Return the metric turned so that smaller is better: the negative of a score that should be large."""
        score = self.score(y, prediction, weight)
        return -score if self.greater_is_better else score
