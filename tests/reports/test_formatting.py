from __future__ import annotations

from dataclasses import replace

import pytest

from automl_flow.evaluation.intervals import Comparison, Interval
from automl_flow.evaluation.refits import Refits
from automl_flow.reports.formatting import (
    compared,
    model_name,
    number,
    optimism,
    points,
    repeated,
    search_name,
    search_rows,
    shares,
    spread,
    without_input,
)
from tests.reports.contents import content

BINARY = content("binary").evaluation


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.85212, "0.8521"),
        (1.0, "1.000"),
        (0.99996, "1.000"),
        (-0.00433, "−0.004330"),
        (57.0767, "57.08"),
        (123456.7, "123,500"),
        (0, "0"),
        (None, "–"),
        (float("nan"), "–"),
        (float("inf"), "–"),
        (1.5e-9, "1.500e-09"),
        (2.5e12, "2.500e+12"),
    ],
)
def test_numbers_have_four_digits(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("gain", "text"),
    [
        (Interval(0.02, 0.01, 0.03), "Better than default LightGBM by 0.02000 (95% interval 0.01000 to 0.03000)."),
        (Interval(-0.02, -0.03, -0.01), "Worse than default LightGBM by 0.02000 (95% interval 0.01000 to 0.03000)."),
        (
            Interval(0.01, -0.02, 0.04),
            "Default LightGBM is 0.01000 worse; with 60 rows this is not a significant difference (95% interval of "
            "the difference −0.02000 to 0.04000).",
        ),
        (
            Interval(-0.01, -0.04, 0.02),
            "Default LightGBM is 0.01000 better; with 60 rows this is not a significant difference (95% interval of "
            "the difference −0.02000 to 0.04000).",
        ),
        (
            Interval(0, -0.02, 0.03),
            "Default LightGBM scores the same (95% interval of the difference −0.02000 to 0.03000).",
        ),
        (Interval(0, 0, 0), "Same score as default LightGBM."),
    ],
)
def test_comparisons_read_naturally(gain, text):
    assert compared(Comparison("baseline_lightgbm", gain, 0.5, 60), BINARY) == text


def test_a_handful_of_rows_decides_nothing():
    told = compared(Comparison("baseline_lightgbm", Interval(0.2, 0.1, 0.3), 1.0, 8), BINARY)
    assert told.startswith("Default LightGBM is 0.2000 worse; 8 rows are too few to call it significant or not")


@pytest.mark.parametrize(
    ("against", "text"),
    [
        ("ensemble", "Same as the ensemble alone: the searched network got no weight."),
        ("network", "Same as the searched network alone: the ensemble got no weight."),
    ],
)
def test_a_part_without_weight_is_told(against, text):
    assert compared(Comparison(against, Interval(0, 0, 0), 0.5, 60), BINARY) == text


@pytest.mark.parametrize(
    ("gap", "enough", "texts"),
    [
        (Interval(0.1, 0.05, 0.2), True, ["too optimistic by 0.100", "Trust the holdout score"]),
        (Interval(0.0, -0.1, 0.1), True, ["no evidence of overfitting", "up to 0.100 cannot be ruled out"]),
        (Interval(-0.2, -0.3, -0.1), True, ["which is better by 0.200"]),
        (Interval(0.1, 0.05, 0.2), False, ["too few to tell whether the search overfitted", "takes 100 rows"]),
        (Interval(0.0, -0.1, 0.1), False, ["too few to tell whether the search overfitted", "takes 100 rows"]),
    ],
)
def test_optimism_has_a_verdict_only_where_the_rows_suffice(gap, enough, texts):
    search = replace(BINARY.search, optimism=gap, enough=enough, varied=True)
    told = optimism(replace(BINARY, search=search))
    assert [text for text in texts if text not in told] == []
    assert ("no evidence of overfitting" in told) is (enough and gap.low <= 0 < gap.high)


def test_an_interval_without_width_is_no_certainty():
    scores = {"model": {"accuracy": 0.9}}
    wide, flat = (
        replace(BINARY, scores=scores, metric_intervals={"roc_auc": Interval(1.0, low, 1.0)}) for low in (0.9, 1.0)
    )
    assert points(wide) == ""
    assert "does not make it certain" in points(flat)
    assert "rows without an error" not in points(flat)


def test_after_rows_without_an_error_the_rule_of_three_holds():
    scores = {**BINARY.scores, "model": {**BINARY.scores["model"], "accuracy": 1.0}}
    flat = replace(BINARY, scores=scores, metric_intervals={"accuracy": Interval(1.0, 1.0, 1.0)})
    assert "After 60 rows without an error, up to 5.0% of new rows may be wrong (95%)." in points(flat)


@pytest.mark.parametrize("enough", [True, False])
def test_a_search_without_an_error_gets_no_interval_and_no_verdict(enough):
    search = replace(BINARY.search, optimism=Interval(0.1, 0.05, 0.2), enough=enough, varied=False)
    told = optimism(replace(BINARY, search=search))
    assert ("Whether the search overfitted is unknown" if enough else "too few to tell") in told
    assert "every resample of the rows has the same score" in told
    assert "0.05" not in told


@pytest.mark.parametrize(
    ("out_of_fold", "name", "rows"),
    [
        (True, "cross-validation score", "out-of-fold, on 60 training rows; best of 6 trials on these rows"),
        (False, "validation score", "on 60 rows held back from the 300 training rows; best of 6 trials"),
    ],
)
def test_the_search_score_says_which_rows_judged(out_of_fold, name, rows):
    search = replace(BINARY.search, out_of_fold=out_of_fold)
    assert search_name(search) == name
    assert search_rows(search, 300).startswith(rows)


def test_one_trial_is_not_the_best_of_many():
    assert "optimistic" not in search_rows(replace(BINARY.search, trials=1), 300)


@pytest.mark.parametrize(
    ("values", "total", "texts"),
    [
        ([1 / 3, 1 / 3, 1 / 3], 1.0, ["33.4%", "33.3%", "33.3%"]),
        ([0.147, 0.294, 0.2205, 0.1115], 0.773, ["14.7%", "29.4%", "22.1%", "11.1%"]),
        ([1.0], 1.0, ["100.0%"]),
        ([], 0.0, []),
    ],
)
def test_shares_add_up(values, total, texts):
    assert shares(values, total) == texts
    assert sum(round(10 * float(text[:-1])) for text in texts) == round(1000 * total)


@pytest.mark.parametrize(
    ("ends", "text"),
    [
        ((0.0005334, 0.04877), "0.00053 to 0.04877"),
        ((0.9567, 1.0), "0.957 to 1.000"),
        ((-0.0023, 0.0041), "−0.002300 to 0.004100"),
        ((44.08, 55.234), "44.08 to 55.23"),
        ((0.0, 0.0), "0 to 0"),
        ((123456.7, 234567.8), "123,457 to 234,568"),
    ],
)
def test_both_ends_of_an_interval_have_as_many_decimals(ends, text):
    assert spread(Interval(ends[0], *ends)) == text


def test_repeated_cross_validation_says_what_it_is_and_is_not():
    told = " ".join(repeated(BINARY))
    assert "over all 120 rows: area under the ROC curve 0.6200, 0.6000 to 0.6400 over 2 repeats of 5 folds" in told
    assert "single folds of about 24 rows it ranges from 0.5000 to 0.7000" in told
    assert "slightly optimistic" in told
    assert "not a confidence interval" in told


def test_without_repeated_cross_validation_there_is_the_reason_or_nothing():
    assert repeated(replace(BINARY, refits=Refits(reason="because"))) == ("because",)
    assert repeated(replace(BINARY, refits=Refits())) == ()


@pytest.mark.parametrize(
    ("gain", "text"),
    [
        (Interval(0.02, 0.01, 0.03), "is 0.0200 worse on the holdout (95%"),
        (Interval(-0.02, -0.05, 0.03), "is 0.0200 better on the holdout, which is not a significant difference"),
        (Interval(0.0, -0.05, 0.03), "is the same on the holdout, which is not a significant difference"),
    ],
)
def test_what_leaving_out_a_sensitive_input_costs_is_said(gain, text):
    refits = Refits(inputs=("sex",), without={"sex": Comparison("without", gain, 0.5, 60)})
    assert text in without_input(replace(BINARY, refits=refits), "sex")


def test_a_handful_of_rows_does_not_say_what_leaving_out_costs():
    refits = Refits(inputs=("sex",), without={"sex": Comparison("without", Interval(0.2, 0.1, 0.3), 1.0, 8)})
    assert "; 8 rows are too few" in without_input(replace(BINARY, refits=refits), "sex")


def test_where_it_was_not_measured_it_says_how_to():
    told = without_input(replace(BINARY, refits=Refits(inputs=("group plain",))), "group plain")
    assert "Shuffling it costs" in told
    assert "set its role to “ignore” and run again" in told


@pytest.mark.parametrize(
    ("problem", "metric", "name"),
    [
        ("binary", "roc_auc", "constant baseline (class frequencies)"),
        ("regression", "rmse", "constant baseline (mean)"),
        ("regression", "pinball_0.9", "constant baseline (quantile)"),
    ],
)
def test_the_constant_baseline_says_what_it_predicts(problem, metric, name):
    assert model_name("baseline_prior", replace(BINARY, problem=problem, metric=metric)) == name
