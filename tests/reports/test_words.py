from __future__ import annotations

import pytest

from automl_flow.evaluation.intervals import Comparison, Interval
from automl_flow.reports.words import compared, number, optimism
from tests.reports.contents import content

BINARY = content("binary").evaluation


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.85212, "0.8521"),
        (1.0, "1.000"),
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
        (Interval(0.02, 0.01, 0.03), "0.02000 better than default LightGBM (95% interval 0.01000 to 0.03000)."),
        (Interval(-0.02, -0.03, -0.01), "0.02000 worse than default LightGBM (95% interval 0.01000 to 0.03000)."),
        (Interval(0.01, -0.02, 0.04), "too small to tell them apart."),
        (Interval(0, 0, 0), "Equal to default LightGBM."),
    ],
)
def test_comparisons_read_naturally(gain, text):
    assert compared(Comparison("baseline_lightgbm", gain, 0.5), BINARY).endswith(text)


@pytest.mark.parametrize(
    ("gap", "text"),
    [
        (Interval(0.1, 0.05, 0.2), "promised too much"),
        (Interval(0.0, -0.1, 0.1), "no sign that the search overfitted"),
        (Interval(-0.2, -0.3, -0.1), "better than promised"),
    ],
)
def test_optimism_reads_naturally(gap, text):
    from dataclasses import replace

    assert text in optimism(replace(BINARY, optimism=gap))
