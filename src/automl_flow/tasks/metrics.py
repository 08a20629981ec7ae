"""Metrics: one list for search, ensembles and evaluation.

Predictions are probabilities of shape (n, k), columns in the order of the classes, for classification, and values
of shape (n,) for regression. Targets are class codes 0…k-1, or numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.errors import ConfigError, nearest
from automl_flow.tasks.spec import Problem

Array = NDArray[np.float64]
Score = Callable[[NDArray[np.generic], Array, Array | None], float]
_EPSILON = 1e-15


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
    needs: Literal["probability", "label", "value"]
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


def _roc_auc(y: NDArray[np.generic], p: Array, weight: Array | None) -> float:
    """Area under the ROC curve; with more than two classes one-versus-rest, mean over the classes that occur."""
    from sklearn.metrics import roc_auc_score

    if p.shape[1] == 2:
        return 0.5 if len(np.unique(y)) < 2 else float(roc_auc_score(y, p[:, 1], sample_weight=weight))
    areas = [
        float(roc_auc_score(y == k, p[:, k], sample_weight=weight))
        for k in range(p.shape[1])
        if 0 < np.count_nonzero(y == k) < len(y)
    ]
    return float(np.mean(areas)) if areas else 0.5


def _log_loss(y: NDArray[np.generic], p: Array, weight: Array | None) -> float:
    chosen = p[np.arange(len(y)), y.astype(np.int64)] / np.maximum(p.sum(axis=1), _EPSILON)
    return float(np.average(-np.log(np.clip(chosen, _EPSILON, 1.0)), weights=weight))


def _brier(y: NDArray[np.generic], p: Array, weight: Array | None) -> float:
    """Mean squared distance of the probability vector to the truth; for two classes half of it, as is usual."""
    truth = np.eye(p.shape[1])[y.astype(np.int64)]
    distance = ((p - truth) ** 2).sum(axis=1) / (2 if p.shape[1] == 2 else 1)
    return float(np.average(distance, weights=weight))


def _average_precision(y: NDArray[np.generic], p: Array, weight: Array | None) -> float:
    from sklearn.metrics import average_precision_score

    if not np.any(y == 1):
        return 0.0
    return float(average_precision_score(y == 1, p[:, 1], sample_weight=weight))


def _of_labels(name: str, **options: object) -> Score:
    """A scikit-learn metric of the most probable classes."""

    def function(y: NDArray[np.generic], p: Array, weight: Array | None) -> float:
        from sklearn import metrics

        return float(getattr(metrics, name)(y, p.argmax(axis=1), sample_weight=weight, **options))

    return function


def _balanced_accuracy(y: NDArray[np.generic], p: Array, weight: Array | None) -> float:
    """Mean recall over the classes that occur in *y*."""
    hit = p.argmax(axis=1) == y
    w = np.ones(len(y)) if weight is None else weight
    return float(np.mean([np.average(hit[y == k], weights=w[y == k]) for k in np.unique(y)]))


def _of_values(name: str) -> Score:
    """A scikit-learn metric of predicted values."""

    def function(y: NDArray[np.generic], values: Array, weight: Array | None) -> float:
        from sklearn import metrics

        return float(getattr(metrics, name)(y, values, sample_weight=weight))

    return function


def _rmsle(y: NDArray[np.generic], values: Array, weight: Array | None) -> float:
    """Root mean squared error of log(1 + value); negative predictions count as zero."""
    gap = np.log1p(np.maximum(y.astype(np.float64), 0)) - np.log1p(np.maximum(values, 0))
    return float(np.sqrt(np.average(gap**2, weights=weight)))


_BINARY: tuple[Problem, ...] = ("binary",)
_CLASSES: tuple[Problem, ...] = ("binary", "multiclass")
_VALUES: tuple[Problem, ...] = ("regression",)

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("roc_auc", True, "probability", _CLASSES, _roc_auc),
        Metric("log_loss", False, "probability", _CLASSES, _log_loss),
        Metric("brier", False, "probability", _CLASSES, _brier),
        Metric("average_precision", True, "probability", _BINARY, _average_precision),
        Metric("accuracy", True, "label", _CLASSES, _of_labels("accuracy_score")),
        Metric("balanced_accuracy", True, "label", _CLASSES, _balanced_accuracy),
        Metric("f1", True, "label", _BINARY, _of_labels("f1_score", zero_division=0.0)),
        Metric("f1_macro", True, "label", _CLASSES, _of_labels("f1_score", average="macro", zero_division=0.0)),
        Metric("mcc", True, "label", _CLASSES, _of_labels("matthews_corrcoef")),
        Metric("rmse", False, "value", _VALUES, _of_values("root_mean_squared_error")),
        Metric("mae", False, "value", _VALUES, _of_values("mean_absolute_error")),
        Metric("r2", True, "value", _VALUES, _of_values("r2_score")),
        Metric("mape", False, "value", _VALUES, _of_values("mean_absolute_percentage_error")),
        Metric("median_absolute_error", False, "value", _VALUES, _of_values("median_absolute_error")),
        Metric("rmsle", False, "value", _VALUES, _rmsle),
    )
}


def metric_names(problem: Problem) -> list[str]:
    """Names of the metrics that suit *problem*."""
    return [name for name, metric in METRICS.items() if problem in metric.problems]


def get_metric(name: str, problem: Problem) -> Metric:
    """Return the metric called *name*.

    Raises:
        ConfigError: There is none of that name for *problem*.
    """
    valid = metric_names(problem)
    if name not in valid:
        raise ConfigError(f"metric must suit a {problem} problem, got {name!r}{nearest(name, valid)}")
    return METRICS[name]
