from __future__ import annotations

import numpy as np

from automl_flow.evaluation.intervals import Holdout
from automl_flow.evaluation.refits import cross_validate
from automl_flow.tasks.metrics import METRICS

Y = np.array([0.0, 2.0, 4.0, 6.0])
FOLDS = [
    (np.array([2, 3]), np.array([0, 1])),
    (np.array([0, 1]), np.array([2, 3])),
    (np.array([1, 3]), np.array([0, 2])),
    (np.array([0, 2]), np.array([1, 3])),
]


def mean_of_training(fit, valid):
    return np.full(len(valid), Y[fit].mean())


def test_scores_by_hand():
    found = cross_validate(Holdout(Y), FOLDS, mean_of_training, METRICS["mae"], repeats=2)
    # first repeat: means 5 and 1 against (0, 2) and (4, 6): all errors are 5, 3, 3, 5
    # second repeat: means 4 and 2 against (0, 4) and (2, 6): errors 4, 0, 0, 4
    assert found.scores == (4.0, 2.0)
    assert found.fold_scores == (4.0, 4.0, 2.0, 2.0)
    assert (found.mean, found.range, found.fold_range) == (3.0, (2.0, 4.0), (2.0, 4.0))
    assert (found.folds, found.rows) == (2, 4)


def test_no_row_is_predicted_by_what_was_fitted_on_it():
    seen = []

    def predict(fit, valid):
        seen.append(set(fit) & set(valid))
        return np.zeros(len(valid))

    cross_validate(Holdout(Y), FOLDS, predict, METRICS["mae"], repeats=2)
    assert seen == [set()] * 4


def test_weights_count_and_a_fold_without_any_has_no_score():
    found = cross_validate(Holdout(Y, np.array([1.0, 0, 0, 0])), FOLDS[:2], mean_of_training, METRICS["mae"], repeats=1)
    assert (found.scores, found.fold_scores) == ((5.0,), (5.0,))
