"""The metrics that come with the package."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from automl_flow.tasks.metrics._metric import Array, Metric, PerRow, Score
from automl_flow.tasks.metrics._several import (
    f1_micro,
    hamming_per_row,
    label_mean,
    occurs,
    relative_rmse,
    subset_hit_per_row,
    varies,
)
from automl_flow.tasks.metrics.losses import (
    absolute_error_per_row,
    brier_per_row,
    hit_per_row,
    log_loss_per_row,
    percentage_error_per_row,
    squared_error_per_row,
    squared_log_error_per_row,
)
from automl_flow.tasks.types import Problem


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


@dataclass(frozen=True)
class _MeanOf:
    """The weighted mean of a loss over rows, or its root."""

    per_row: PerRow
    root: bool = False

    def __call__(self, y: NDArray[np.generic], prediction: Array, weight: Array | None) -> float:
        """Return the mean."""
        mean = np.average(self.per_row(y, prediction), weights=weight)
        return float(np.sqrt(mean) if self.root else mean)


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


def _f1_macro(y: NDArray[np.generic], p: Array, weight: Array | None) -> float:
    """Mean F1 over the classes, or over the labels."""
    from sklearn.metrics import f1_score

    decided = p.argmax(axis=1) if y.ndim == 1 else (p >= 0.5).astype(np.int64)
    return float(f1_score(y, decided, average="macro", sample_weight=weight, zero_division=0.0))


def _of_values(name: str) -> Score:
    """A scikit-learn metric of predicted values; of several outputs, its mean over them."""

    def function(y: NDArray[np.generic], values: Array, weight: Array | None) -> float:
        from sklearn import metrics

        return float(getattr(metrics, name)(y, values, sample_weight=weight))

    return function


_BINARY: tuple[Problem, ...] = ("binary",)
_CLASSES: tuple[Problem, ...] = ("binary", "multiclass")
_VALUES: tuple[Problem, ...] = ("regression",)
_LABELS: tuple[Problem, ...] = ("multilabel",)
_OUTPUTS: tuple[Problem, ...] = ("multioutput",)

# Class weighting: on generated tables with rare classes, halfway was best for all but balanced accuracy.
METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            "roc_auc",
            True,
            "probability",
            _CLASSES + _LABELS,
            label_mean(_roc_auc, varies, 0.5),
            "area under the ROC curve",
        ),
        Metric(
            "log_loss",
            False,
            "probability",
            _CLASSES + _LABELS,
            _MeanOf(log_loss_per_row),
            "log loss",
            log_loss_per_row,
        ),
        Metric("brier", False, "probability", _CLASSES + _LABELS, _MeanOf(brier_per_row), "Brier score", brier_per_row),
        Metric(
            "average_precision",
            True,
            "probability",
            _BINARY + _LABELS,
            label_mean(_average_precision, occurs),
            "average precision",
        ),
        Metric("accuracy", True, "label", _CLASSES, _of_labels("accuracy_score"), "accuracy", hit_per_row),
        Metric(
            "balanced_accuracy", True, "label", _CLASSES, _balanced_accuracy, "balanced accuracy", class_weighting=1.0
        ),
        Metric("f1", True, "label", _BINARY, _of_labels("f1_score", zero_division=0.0), "F1", class_weighting=0.5),
        Metric(
            "f1_macro",
            True,
            "label",
            _CLASSES + _LABELS,
            _f1_macro,
            "F1, mean over classes or labels",
            class_weighting=0.5,
        ),
        Metric(
            "mcc", True, "label", _CLASSES, _of_labels("matthews_corrcoef"), "Matthews correlation", class_weighting=0.5
        ),
        Metric("f1_micro", True, "label", _LABELS, f1_micro, "F1, all labels pooled"),
        Metric("hamming_loss", False, "label", _LABELS, _MeanOf(hamming_per_row), "Hamming loss", hamming_per_row),
        Metric(
            "subset_accuracy",
            True,
            "label",
            _LABELS,
            _MeanOf(subset_hit_per_row),
            "share of rows with all labels right",
            subset_hit_per_row,
        ),
        Metric("relative_rmse", False, "value", _OUTPUTS, relative_rmse, "RMSE in standard deviations"),
        Metric(
            "rmse",
            False,
            "value",
            _VALUES + _OUTPUTS,
            _of_values("root_mean_squared_error"),
            "root mean squared error",
            squared_error_per_row,
            root=True,
        ),
        Metric(
            "mae",
            False,
            "value",
            _VALUES + _OUTPUTS,
            _of_values("mean_absolute_error"),
            "mean absolute error",
            absolute_error_per_row,
        ),
        Metric("r2", True, "value", _VALUES + _OUTPUTS, _of_values("r2_score"), "R²"),
        Metric(
            "mape",
            False,
            "value",
            _VALUES,
            _of_values("mean_absolute_percentage_error"),
            "mean absolute percentage error",
            percentage_error_per_row,
        ),
        Metric(
            "median_absolute_error",
            False,
            "value",
            _VALUES,
            _of_values("median_absolute_error"),
            "median absolute error",
        ),
        Metric(
            "rmsle",
            False,
            "value",
            _VALUES,
            _MeanOf(squared_log_error_per_row, root=True),
            "root mean squared log error",
            squared_log_error_per_row,
            root=True,
        ),
    )
}


_PINBALL = re.compile(r"pinball_(0?\.\d+)")


def pinball_level(name: str) -> float | None:
    """The level of the quantile that the metric ``pinball_<level>`` asks for; ``None`` for other metrics."""
    match = _PINBALL.fullmatch(name)
    level = float(match[1]) if match else 0.0
    return level if level > 0 else None


def pinball(name: str, level: float) -> Metric:
    """The pinball loss, which the quantile of a *level* between 0 and 1 makes smallest."""
    return Metric(name, False, "value", _VALUES, _Pinball(level))


@dataclass(frozen=True)
class _Pinball:
    """Mean of the errors, those below the prediction weighted by 1 - level and those above by level."""

    level: float

    def __call__(self, y: NDArray[np.generic], values: Array, weight: Array | None) -> float:
        """Return the loss."""
        gap = y.astype(np.float64) - values
        return float(np.average(np.maximum(self.level * gap, (self.level - 1) * gap), weights=weight))
