import pytest

from automl_flow.hooks.plan import describe, upper_bound
from automl_flow.search.budget import Budget


@pytest.mark.parametrize(
    ("limits", "seconds"),
    [
        ({}, None),
        ({"max_trials": 10}, None),
        ({"time_left_for_this_task": 60}, 60),
        ({"max_trials": 10, "per_run_time_limit": 30}, 300),
        ({"max_trials": 5, "per_run_time_limit": 30, "n_jobs": 2}, 90),
        ({"max_trials": 10, "per_run_time_limit": 30, "time_left_for_this_task": 100}, 100),
    ],
)
def test_the_bound_is_the_first_limit_to_strike(limits, seconds):
    assert upper_bound(Budget(**limits)) == seconds


def test_a_budget_is_told_in_words():
    budget = Budget(max_trials=8, per_run_time_limit=90, time_left_for_this_task=600)
    assert describe(budget) == "8 trials, at most 10 min, 90 s a trial"
    assert describe(Budget()) == "no limit"
