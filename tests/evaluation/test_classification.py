from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, confusion_matrix, roc_auc_score

from automl_flow.evaluation.classification import describe_classification
from automl_flow.evaluation.intervals import Holdout

rng = np.random.default_rng(0)


def binary(n: int = 300):
    y = rng.integers(0, 2, n)
    p = np.clip(0.5 + 0.25 * (y - 0.5) + rng.normal(0, 0.2, n), 0, 1)
    return y, np.column_stack([1 - p, p])


def test_confusion_is_that_of_scikit_learn():
    y, p = rng.integers(0, 4, 200), rng.dirichlet(np.ones(4), 200)
    detail = describe_classification(Holdout(y), p, ("a", "b", "c", "d"), bins=10)
    np.testing.assert_array_equal(detail.confusion, confusion_matrix(y, p.argmax(axis=1), labels=range(4)))


def test_a_class_that_does_not_occur_has_a_row_of_zeros_and_no_curve():
    y, p = rng.integers(0, 2, 50), rng.dirichlet(np.ones(3), 50)
    detail = describe_classification(Holdout(y), p, ("a", "b", "c"), bins=5)
    assert detail.confusion[2] == (0, 0, 0)
    assert [curve.label for curve in detail.roc] == ["a", "b"]


def test_areas_are_those_of_scikit_learn():
    y, p = binary()
    detail = describe_classification(Holdout(y), p, ("no", "yes"), bins=10)
    assert [curve.label for curve in detail.roc] == ["yes"]
    assert detail.roc[0].area == pytest.approx(roc_auc_score(y, p[:, 1]))
    assert detail.precision_recall[0].area == pytest.approx(average_precision_score(y, p[:, 1]))


def test_long_curves_are_thinned_and_keep_their_ends():
    y, p = binary(5000)
    curve = describe_classification(Holdout(y), p, ("no", "yes"), bins=10).roc[0]
    assert len(curve.x) == len(curve.y) == 200
    assert (curve.x[0], curve.y[0], curve.x[-1], curve.y[-1]) == (0, 0, 1, 1)


def test_calibration_by_hand():
    p1 = np.array([0.1, 0.1, 0.1, 0.1, 0.8, 0.8, 0.8, 0.8])
    y = np.array([0, 0, 0, 1, 1, 1, 1, 0])
    detail = describe_classification(Holdout(y), np.column_stack([1 - p1, p1]), ("no", "yes"), bins=2)
    assert [(b.predicted, b.observed, b.rows) for b in detail.calibration] == [
        (pytest.approx(0.1), 0.25, 4),
        (pytest.approx(0.8), 0.75, 4),
    ]
    assert detail.calibration_error == pytest.approx((0.15 + 0.05) / 2)


def test_a_calibrated_model_has_a_small_error_and_an_overconfident_one_has_not():
    p1 = rng.random(20_000)
    y = (rng.random(20_000) < p1).astype(int)
    sharp = np.clip(3 * (p1 - 0.5) + 0.5, 0, 1)
    errors = [
        describe_classification(Holdout(y), np.column_stack([1 - q, q]), (0, 1), bins=10).calibration_error
        for q in (p1, sharp)
    ]
    assert errors[0] < 0.02
    assert errors[1] > 0.1


def test_constant_probabilities_share_a_bin():
    y = np.array([0, 1, 1, 1])
    detail = describe_classification(Holdout(y), np.tile([[0.3, 0.7]], (4, 1)), (0, 1), bins=10)
    assert [(b.observed, b.rows) for b in detail.calibration] == [(0.75, 4)]


def test_multiclass_calibration_looks_at_the_most_probable_class():
    p = np.array([[0.6, 0.3, 0.1], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8], [0.1, 0.1, 0.8]])
    detail = describe_classification(Holdout(np.array([0, 1, 2, 2])), p, ("a", "b", "c"), bins=2)
    assert [(round(b.predicted, 9), b.observed) for b in detail.calibration] == [(0.6, 0.5), (0.8, 1.0)]
