from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_flow.evaluation.fairness import fairness_gaps, group_rows, slice_groups
from automl_flow.evaluation.intervals import Holdout
from automl_flow.tasks.metrics import METRICS

ACCURACY, AUC, RMSE = METRICS["accuracy"], METRICS["roc_auc"], METRICS["rmse"]

# group a: 4 positives of which 3 are found, 4 negatives of which 1 is a false alarm
# group b: 2 positives of which 1 is found, 6 negatives without a false alarm
TRUTH = np.array([1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0])
SAID = np.array([1, 1, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0])
GROUP = pd.Series(["a"] * 8 + ["b"] * 8, name="who")
PROBABILITIES = np.eye(2)[SAID]


def test_rates_by_hand():
    a, b = slice_groups(Holdout(TRUTH), PROBABILITIES, ACCURACY, GROUP)
    assert (a.rows, a.score, a.base_rate, a.selection_rate) == (8, 0.75, 0.5, 0.5)
    assert (a.true_positive_rate, a.false_positive_rate) == (0.75, 0.25)
    assert (b.rows, b.score, b.base_rate, b.selection_rate) == (8, 0.875, 0.25, 0.125)
    assert (b.true_positive_rate, b.false_positive_rate) == (0.5, 0.0)


def test_gaps_by_hand():
    groups = slice_groups(Holdout(TRUTH), PROBABILITIES, ACCURACY, GROUP)
    gaps = {gap.measure: gap for gap in fairness_gaps(groups, smallest=5)}
    assert gaps["score"].difference == 0.125
    assert gaps["selection_rate"].difference == 0.375
    assert gaps["selection_rate"].ratio == 0.25
    assert gaps["true_positive_rate"].difference == 0.25  # equal opportunity
    assert gaps["equalised_odds"].difference == 0.25


def test_small_groups_do_not_make_gaps():
    groups = slice_groups(Holdout(TRUTH), PROBABILITIES, ACCURACY, GROUP)
    assert fairness_gaps(groups, smallest=9) == ()


def test_a_group_without_positives_has_no_rate_and_no_auc():
    truth = np.array([0, 0, 0, 0, 1, 0, 1, 0])
    groups = slice_groups(Holdout(truth), np.full((8, 2), 0.5), AUC, pd.Series(["a"] * 4 + ["b"] * 4, name="who"))
    assert groups[0].score is None
    assert groups[0].true_positive_rate is None
    assert groups[1].score == 0.5
    assert "true_positive_rate" not in {gap.measure for gap in fairness_gaps(groups, smallest=1)}


def test_regression_groups_have_a_mean_error():
    y, said = np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 3.0, 3.0, 4.0])
    a, b = slice_groups(Holdout(y), said, RMSE, pd.Series([0, 0, 1, 1], name="sex"))
    assert (a.mean_error, b.mean_error) == (1.0, 0.0)
    assert (a.score, b.score) == (1.0, 0.0)
    assert a.selection_rate is None


def test_multiclass_groups_have_a_score_only():
    y, p = np.array([0, 1, 2, 0]), np.eye(3)[[0, 1, 2, 1]]
    a, b = slice_groups(Holdout(y), p, ACCURACY, pd.Series(["x", "x", "y", "y"], name="g"))
    assert (a.score, b.score, a.selection_rate) == (1.0, 0.5, None)


def test_numbers_with_many_values_become_quartiles_from_low_to_high():
    groups = group_rows(pd.Series(np.arange(100.0), name="age"))
    assert groups.value_counts(sort=False).tolist()[:4] == [25, 25, 25, 25]
    assert groups.cat.categories[0].startswith("below")
    assert groups.iloc[0] == groups.cat.categories[0]
    assert groups.iloc[99] == groups.cat.categories[3]


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([1, 2, None, 2], dtype="Int64", name="c"),
        pd.Series(["x", None, "y", "x"], dtype=object, name="c"),
        pd.Series([True, None, False, True], dtype="boolean", name="c"),
        pd.Series([1.0, np.nan, 2.0, 1.0], name="c"),
        pd.Series([np.nan] * 4, name="c"),
        pd.Categorical(["x", None, "y", "x"]),
    ],
)
def test_missing_values_are_a_group_whatever_the_type(column):
    groups = group_rows(pd.Series(column, name="c"))
    assert (groups == "missing").sum() == pd.isna(column).sum()
    assert groups.cat.categories[-1] == "missing"
