"""The page of the validation says in words what held and what did not."""

from __future__ import annotations

import sys

import pytest

from automl_flow.expectations.docs import describe_rule, render_docs

LARGEST = sys.float_info.max


def verdict(expectation, success=True, **kwargs):
    return {
        "expectation": expectation,
        "kwargs": {"column": "x", **kwargs},
        "columns": ["x"],
        "severity": "warning",
        "origin": "mandatory",
        "success": success,
        "seen": "" if success else "3 unexpected",
        "action": "" if success else "correct them",
    }


@pytest.mark.parametrize(
    ("expectation", "kwargs", "text"),
    [
        ("expect_column_values_to_be_between", {"min_value": -LARGEST, "max_value": LARGEST}, "numbers are finite"),
        (
            "expect_column_values_to_be_between",
            {"min_value": 0, "max_value": LARGEST},
            "numbers are finite and not negative",
        ),
        ("expect_column_values_to_not_be_null", {"mostly": 1e-12}, "has a value in at least one row"),
        ("expect_column_values_to_not_be_null", {"mostly": 0.9}, "column values to not be null; mostly 0.9"),
        (
            "expect_column_values_to_be_between",
            {"min_value": 0, "max_value": 9},
            "column values to be between; max value 9; min value 0",
        ),
        ("expect_column_to_exist", {}, "column to exist"),
    ],
)
def test_a_rule_is_told_in_words(expectation, kwargs, text):
    assert describe_rule(verdict(expectation, **kwargs)) == text


def page(*verdicts):
    rows = {"read": 2000, "accepted": 1999, "dropped": 1}
    return render_docs({"task": "t", "accepted": True, "rows": rows, "checks": [], "expectations": list(verdicts)})


def test_what_failed_is_open_and_what_holds_is_folded():
    html = page(verdict("expect_column_to_exist"), verdict("expect_column_to_be_dated", success=False))
    assert html.index("column to be dated") < html.index("<details>") < html.index("column to exist")
    assert "Of 2 expectations 1 failed." in html
    assert "3 unexpected. correct them" in html


def test_where_all_hold_that_is_said():
    html = page(verdict("expect_column_to_exist"))
    assert "All expectations hold." in html
    assert "2,000 rows were read, 1,999 kept,\n1 dropped." in html
    assert "The data checks found no problems." in html
