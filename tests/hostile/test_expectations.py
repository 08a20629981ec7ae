"""A suite of expectations from somebody else compares columns with values; nothing in it runs, writes or loads."""

import pandas as pd
import pytest

from automl_flow.core.errors import ConfigError
from automl_flow.expectations.config import parse_suite
from automl_flow.expectations.engine import run_rules
from automl_flow.expectations.rules import user_rules

BETWEEN = "expect_column_values_to_be_between"


def suite(**kwargs):
    return parse_suite([{"expectation": BETWEEN, "kwargs": {"column": "x", "min_value": 0, **kwargs}}], "suite.yml")


@pytest.mark.parametrize(
    "condition",
    [
        "@pd.io.common.os.system('true')",
        "@__import__('os').system('true')",
        "x.to_csv('stolen.csv')",
        "x.map(print)",
        "x.__class__",
        "sin(x)",
        "x[0] == 1",
        "[y for y in x]",
        "(lambda: x)()",
        "x := 1",
        "f'{x}'",
        "9**9**9 > x",
        "'a' * 1000000000 == x",
        "x = 1",
        "x > 1; y > 2",
        "`x` > @y",
        "(" * 500 + "x" + ")" * 500,
        "x" * 2000,
        {"type": "pass_through", "pass_through_filter": "@pd.io.common.os.system('true')"},
        {"column": {"name": "x"}, "operator": ">", "parameter": 1},
        5,
    ],
)
def test_a_condition_that_does_more_than_compare_is_refused(condition):
    with pytest.raises(ConfigError, match=r"suite\.yml\[0\]\.kwargs: row_condition must compare columns with values"):
        suite(row_condition=condition)


@pytest.mark.parametrize(
    "condition",
    ["x > 18 and y == 'f'", "`a name` in [1, 2]", "not (x >= 1) or y != 'm'", "x + y / 2 <= 3", "(x > 1) & (y < -2)"],
)
def test_a_comparison_is_a_condition(condition):
    assert suite(row_condition=condition)[0].kwargs["row_condition"] == condition


def test_a_condition_picks_the_rows(tmp_path):
    table = pd.DataFrame({"x": [-1.0, 1.0, 2.0], "y": ["out", "in", "in"]})
    (verdict,) = run_rules(table, user_rules(suite(row_condition="y == 'in'", condition_parser="pandas")))
    assert verdict.success


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"condition_parser": "great_expectations"}, "condition_parser must be 'pandas'"),
        ({"max_value": {"$PARAMETER": "9^9^9"}}, r"\$PARAMETER refers to something outside"),
        ({"json_schema": {"a": [{"$ref": "http://localhost/schema"}]}}, r"\$ref refers to something outside"),
        ({"catch_exceptions": False}, "catch_exceptions is set by the validation"),
        ({"meta": {}}, "meta is set by the validation"),
    ],
)
def test_an_argument_that_refers_to_something_else_is_refused(kwargs, message):
    with pytest.raises(ConfigError, match=message):
        suite(**kwargs)


def test_a_schema_may_refer_to_itself():
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": {"a": {}}, "$ref": "#/$defs/a"}
    assert suite(json_schema=schema)
