from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_flow.evaluation.fairness import Audit, fairness_gaps, group_rows, slice_groups
from automl_flow.evaluation.intervals import Holdout
from automl_flow.tasks.metrics import METRICS

ACCURACY, AUC, RMSE = METRICS["accuracy"], METRICS["roc_auc"], METRICS["rmse"]

# group a: 4 positives of which 3 are found, 4 negatives of which 1 is a false alarm
# group b: 2 positives of which 1 is found, 6 negatives without a false alarm
TRUTH = np.array([1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0])
SAID = np.array([1, 1, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0])
GROUP = pd.Series(["a"] * 8 + ["b"] * 8, name="who")
PROBABILITIES = np.eye(2)[SAID]


def audit(metric=ACCURACY, favourable=None, smallest=1):
    return Audit(metric, favourable, smallest, resamples=200, confidence=0.95, seed=0)


def sliced(**settings):
    return slice_groups(Holdout(TRUTH), PROBABILITIES, GROUP, audit(**settings))


def values(group):
    rates = (group.base_rate, group.selection_rate, group.true_positive_rate, group.false_positive_rate)
    return [rate.value for rate in rates]


def test_rates_by_hand():
    a, b = sliced()
    assert (a.rows, a.score.value, values(a)) == (8, 0.75, [0.5, 0.5, 0.75, 0.25])
    assert (b.rows, b.score.value, values(b)) == (8, 0.875, [0.25, 0.125, 0.5, 0.0])


@pytest.mark.parametrize(("favourable", "rates"), [(1, (0.5, 0.125)), (0, (0.5, 0.875)), (None, None)])
def test_the_favourable_outcome_may_be_either_class(favourable, rates):
    a, b = sliced(favourable=favourable)
    if rates is None:
        assert a.favourable_rate is None
    else:
        assert (a.favourable_rate.value, b.favourable_rate.value) == rates


def test_gaps_by_hand():
    gaps = {gap.measure: gap for gap in fairness_gaps(sliced(favourable=0), 0.95)}
    assert gaps["score"].difference.value == 0.125
    assert gaps["selection_rate"].difference.value == 0.375
    assert gaps["true_positive_rate"].difference.value == 0.25
    assert gaps["equalised_odds"].difference.value == 0.25
    assert (gaps["selection_rate"].largest, gaps["selection_rate"].smallest) == ("a", "b")


def test_the_four_fifths_ratio_is_of_the_favourable_outcome():
    # both say no (favourable): 4 of 8 in a, 7 of 8 in b; the ratio of yes would be 1/8 over 4/8
    gaps = {gap.measure: gap for gap in fairness_gaps(sliced(favourable=0), 0.95)}
    assert gaps["favourable_rate"].ratio.value == pytest.approx((4 / 8) / (7 / 8))
    assert gaps["favourable_rate"].smallest == "a"
    assert [gap.measure for gap in gaps.values() if gap.ratio is not None] == ["favourable_rate"]


def test_without_a_favourable_outcome_there_is_no_ratio():
    assert all(gap.ratio is None for gap in fairness_gaps(sliced(), 0.95))


def test_every_number_has_an_interval_around_it():
    for group in sliced(favourable=1):
        for found in (group.score, group.selection_rate, group.favourable_rate, group.true_positive_rate):
            assert found.low <= found.value <= found.high
            assert found.low < found.high
    for gap in fairness_gaps(sliced(favourable=1), 0.95):
        assert gap.difference.low < gap.difference.value < gap.difference.high


def test_small_groups_are_counted_and_not_judged():
    groups = sliced(smallest=9)
    assert [group.rows for group in groups] == [8, 8]
    assert all(group.score is None and group.selection_rate is None for group in groups)
    assert fairness_gaps(groups, 0.95) == ()


def test_a_group_without_positives_has_no_rate_and_no_auc():
    truth, who = np.array([0, 0, 0, 0, 1, 0, 1, 0]), pd.Series(["a"] * 4 + ["b"] * 4, name="who")
    groups = slice_groups(Holdout(truth), np.full((8, 2), 0.5), who, audit(AUC))
    assert groups[0].score is None
    assert groups[0].true_positive_rate is None
    assert groups[1].score.value == 0.5
    assert "true_positive_rate" not in {gap.measure for gap in fairness_gaps(groups, 0.95)}


def test_regression_groups_have_a_mean_error():
    y, said = np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 3.0, 3.0, 4.0])
    a, b = slice_groups(Holdout(y), said, pd.Series([0, 0, 1, 1], name="sex"), audit(RMSE))
    assert (a.mean_error.value, b.mean_error.value) == (1.0, 0.0)
    assert (a.score.value, b.score.value) == (1.0, 0.0)
    assert a.selection_rate is None


def test_multiclass_groups_have_a_score_only():
    y, p = np.array([0, 1, 2, 0]), np.eye(3)[[0, 1, 2, 1]]
    a, b = slice_groups(Holdout(y), p, pd.Series(["x", "x", "y", "y"], name="g"), audit())
    assert (a.score.value, b.score.value, a.selection_rate) == (1.0, 0.5, None)


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
