from __future__ import annotations

import logging
import sys

import numpy as np
import pandas as pd
import pytest

from automl_flow.core.errors import ConfigError, DataError
from automl_flow.expectations.engine import run_rules
from automl_flow.expectations.rules import Rule, snake_case
from tests.expectations.tables import config, passes, reason, table

BETWEEN = "expect_column_values_to_be_between"


def test_an_empty_suite_accepts_nothing():
    with pytest.raises(DataError, match="suite is empty"):
        run_rules(table(), [])


def test_verdicts_come_in_the_order_of_the_rules():
    rules = [Rule("expect_column_to_exist", {"column": c}) for c in ("target", "absent", "age", "city", "age")]
    assert [v.rule for v in run_rules(table(), rules)] == rules


def test_an_expectation_that_passes_on_missing_values_alone_fails():
    (verdict,) = run_rules(table().assign(age=np.nan), [Rule(BETWEEN, {"column": "age", "min_value": 0})])
    assert not verdict.success
    assert "column has no values" in verdict.reason


def test_an_expectation_that_passes_on_no_rows_fails():
    (verdict,) = run_rules(table().head(0), [Rule(BETWEEN, {"column": "age", "min_value": 0})])
    assert not verdict.success


def test_an_infinite_mean_is_not_above_zero():
    data = table()
    data.loc[0, "age"] = np.inf
    (verdict,) = run_rules(data, [Rule("expect_column_mean_to_be_between", {"column": "age", "min_value": 0})])
    assert not verdict.success
    assert "not finite" in verdict.reason


def test_an_expectation_that_cannot_be_computed_fails_with_the_reason():
    (verdict,) = run_rules(table(), [Rule("expect_column_mean_to_be_between", {"column": "city", "min_value": 0})])
    assert not verdict.success
    assert verdict.reason.startswith("it could not be computed")


def test_cells_that_cannot_be_hashed_are_compared_as_text():
    data = table().assign(tags=pd.Series([["a"], ["b"]] * 30, dtype=object))
    rule = Rule("expect_column_unique_value_count_to_be_between", {"column": "tags", "min_value": 2, "max_value": 2})
    assert run_rules(data, [rule])[0].success


def test_an_unknown_expectation_gets_the_nearest_name():
    with pytest.raises(ConfigError, match="did you mean 'expect_column_values_to_be_between'"):
        passes(table(), settings=config({"expectation": "expect_column_value_to_be_between"}))


def test_a_wrong_argument_is_refused():
    with pytest.raises(ConfigError, match="clumn"):
        passes(table(), settings=config({"expectation": BETWEEN, "kwargs": {"clumn": "age", "min_value": 0}}))


def test_camel_case_names_are_understood():
    suite = {"expectation": "ExpectColumnValuesToBeInSet", "kwargs": {"column": "city", "value_set": ["Rome"]}}
    assert "'Oslo'" in reason(table(), settings=config(suite))


@pytest.mark.parametrize(
    ("name", "snake"),
    [
        ("ExpectColumnToExist", "expect_column_to_exist"),
        ("ExpectColumnPairValuesAToBeGreaterThanB", "expect_column_pair_values_a_to_be_greater_than_b"),
        ("ExpectColumnKLDivergenceToBeLessThan", "expect_column_kl_divergence_to_be_less_than"),
        ("expect_column_to_exist", "expect_column_to_exist"),
    ],
)
def test_snake_case(name, snake):
    assert snake_case(name) == snake


def test_every_expectation_keeps_its_official_name():
    import great_expectations.expectations as catalog
    from great_expectations.expectations.registry import list_registered_expectation_implementations

    ours = {snake_case(name) for name in dir(catalog) if name.startswith("Expect") and name != "Expectation"}
    ours.remove("expect_multicolumn_values_to_be_unique")  # an alias of theirs, without a name of its own
    assert ours <= set(list_registered_expectation_implementations())


def test_it_is_silent(capfd, caplog):
    caplog.set_level(logging.DEBUG)
    passes(table().assign(age=np.nan))
    captured = capfd.readouterr()
    assert captured.out + captured.err == ""
    assert not [record for record in caplog.records if record.name.startswith("great_expectations")]


def test_importing_the_package_does_not_import_great_expectations():
    import subprocess

    code = "import sys, automl_flow.expectations; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
