"""scikit-learn's own checks of the tabular estimators, with a search of two quick trials."""

from __future__ import annotations

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from automl_flow import AutoMLClassifier, AutoMLRegressor

QUICK = {
    "max_trials": 1,
    "families": ["linear"],
    "n_jobs": 1,
    "features": False,
    "time_left_for_this_task": None,
    "folds": 2,
}
WEIGHTS = "folds are drawn by rows, and a row of weight two is not two rows in different folds"
EXPECTED = {
    "check_sample_weight_equivalence_on_dense_data": WEIGHTS,
    "check_sample_weight_equivalence_on_sparse_data": WEIGHTS,
}


@pytest.mark.filterwarnings("ignore")  # the checks provoke warnings of their own
@parametrize_with_checks(
    [AutoMLClassifier(**QUICK), AutoMLRegressor(**QUICK)], expected_failed_checks=lambda _: EXPECTED
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)
