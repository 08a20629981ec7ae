"""Pictures of a classifier on the holdout: confusion, ROC and precision-recall curves, calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from automl_flow.evaluation.intervals import Holdout
from automl_flow.evaluation.resampling import Array
from automl_flow.tasks.types import Label

_POINTS = 200  # of a stored curve


@dataclass(frozen=True)
class Curve:
    """A curve of one class against the rest.

    Attributes:
        label: The class.
        x: False positive rate (ROC) or recall (precision-recall).
        y: True positive rate (ROC) or precision (precision-recall).
        area: Area under the full curve (average precision, for precision-recall).
    """

    label: Label
    x: tuple[float, ...]
    y: tuple[float, ...]
    area: float


@dataclass(frozen=True)
class CalibrationBin:
    """Rows of similar predicted probability.

    Attributes:
        predicted: Mean predicted probability.
        observed: Share in which the event happened.
        rows: Number of rows.
    """

    predicted: float
    observed: float
    rows: int


@dataclass(frozen=True)
class ClassificationDetail:
    """What is drawn of a classifier.

    Attributes:
        confusion: Counts; row = true class, column = most probable class, in the order of the classes.
        roc: A curve of the positive class, or of every class that occurs.
        precision_recall: Likewise.
        calibration: Binary: of the positive class's probability. Else: of the most probable class's.
        calibration_error: Expected calibration error: mean distance of predicted and observed, weighted by rows.
    """

    confusion: tuple[tuple[int, ...], ...]
    roc: tuple[Curve, ...]
    precision_recall: tuple[Curve, ...]
    calibration: tuple[CalibrationBin, ...]
    calibration_error: float


def describe_classification(
    holdout: Holdout, probabilities: Array, classes: tuple[Label, ...], bins: int
) -> ClassificationDetail:
    """Compute all pictures of a classifier.

    Args:
        holdout: True codes.
        probabilities: Shape (n, k).
        classes: Class of each column; a binary task's positive class is the last.
        bins: Bins of the calibration curve, of equal numbers of rows.
    """
    y = holdout.y.astype(np.int64)
    shown = [len(classes) - 1] if len(classes) == 2 else range(len(classes))
    drawable = [k for k in shown if 0 < np.count_nonzero(y == k) < len(y)]
    calibration = _calibration(y, probabilities, bins)
    distance = sum(b.rows * abs(b.predicted - b.observed) for b in calibration)
    return ClassificationDetail(
        confusion=confusion_matrix(y, probabilities.argmax(axis=1), len(classes)),
        roc=tuple(_roc(y == k, probabilities[:, k], holdout.weight, classes[k]) for k in drawable),
        precision_recall=tuple(_recall(y == k, probabilities[:, k], holdout.weight, classes[k]) for k in drawable),
        calibration=calibration,
        calibration_error=distance / max(len(y), 1),
    )


def confusion_matrix(y: NDArray[np.int64], predicted: NDArray[np.int64], n_classes: int) -> tuple[tuple[int, ...], ...]:
    """Count rows by true (row) and predicted (column) class."""
    counts = np.bincount(y * n_classes + predicted, minlength=n_classes**2).reshape(n_classes, n_classes)
    return tuple(tuple(int(count) for count in row) for row in counts)


def _roc(truth: NDArray[np.bool_], p: Array, weight: Array | None, label: Label) -> Curve:
    from sklearn.metrics import auc, roc_curve

    x, y, _ = roc_curve(truth, p, sample_weight=weight)
    return Curve(label, _thinned(x), _thinned(y), float(auc(x, y)))


def _recall(truth: NDArray[np.bool_], p: Array, weight: Array | None, label: Label) -> Curve:
    from sklearn.metrics import average_precision_score, precision_recall_curve

    precision, recall, _ = precision_recall_curve(truth, p, sample_weight=weight)
    area = float(average_precision_score(truth, p, sample_weight=weight))
    return Curve(label, _thinned(recall[::-1]), _thinned(precision[::-1]), area)


def _thinned(values: Array) -> tuple[float, ...]:
    """At most ``_POINTS`` of *values*, evenly spaced, the first and the last among them."""
    if len(values) > _POINTS:
        values = values[np.linspace(0, len(values) - 1, _POINTS).round().astype(int)]
    return tuple(float(value) for value in values)


def _calibration(y: NDArray[np.int64], probabilities: Array, bins: int) -> tuple[CalibrationBin, ...]:
    """Sort rows by probability into bins of equal size; equal probabilities share a bin."""
    if probabilities.shape[1] == 2:
        p, event = probabilities[:, 1], y == 1
    else:
        p, event = probabilities.max(axis=1), probabilities.argmax(axis=1) == y
    edges = np.unique(np.quantile(p, np.linspace(0, 1, bins + 1)[1:-1]))
    place = np.searchsorted(edges, p, side="right")
    groups = [place == b for b in range(len(edges) + 1) if (place == b).any()]
    return tuple(CalibrationBin(float(p[g].mean()), float(event[g].mean()), int(g.sum())) for g in groups)
