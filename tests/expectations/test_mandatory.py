"""The doors that Great Expectations leaves open, and that stay shut whatever a user configures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.expectations.tables import config, passes, reason, table, task


def failed(findings):
    return [(v["columns"], v["expectation"]) for v in findings["expectations"] if not v["success"]]


def test_a_table_without_rows_is_refused_even_without_a_suite():
    assert "table: expect_table_row_count_to_be_between" in reason(table().head(0))


def test_fewer_rows_than_the_minimum_are_refused():
    assert "observed 12" in reason(table(12))
    assert passes(table(12), settings=config(minimum_rows=10)).findings["accepted"]


def test_a_missing_column_is_named_once_with_the_nearest_one():
    text = reason(table(), task(target="targt"))
    assert "did you mean 'target'?" in text
    assert text.count("'targt'") == 2  # where, and why
    assert "reasons: 1" in text


@pytest.mark.parametrize("key", ["weight", "group", "time", "split_column"])
def test_every_column_that_the_task_names_must_exist(key):
    assert f"named under '{key}'" in reason(table(), task(**{key: "absent"}))


def test_a_required_column_that_is_all_missing_is_refused():
    data = table().assign(income=np.nan)
    assert "column 'income': expect_column_values_to_not_be_null" in reason(
        data, settings=config(required_columns=["income"])
    )


def test_a_feature_that_is_all_missing_is_a_warning():
    findings = passes(table().assign(income=np.nan)).findings
    assert failed(findings) == [(["income"], "expect_column_values_to_not_be_null")]


def test_infinite_features_are_a_warning_with_their_rows():
    data = table()
    data.loc[[4, 9], "age"] = [np.inf, -np.inf]
    findings = passes(data).findings
    (verdict,) = [v for v in findings["expectations"] if not v["success"]]
    assert (verdict["columns"], verdict["severity"], verdict["rows"]) == (["age"], "warning", [4, 9])


def test_a_target_that_is_missing_everywhere_is_refused():
    assert "column 'target'" in reason(table().assign(target=None))


def test_a_target_that_is_missing_too_often_is_refused_and_dropped_otherwise():
    data = table().astype({"target": object})
    data.loc[:19, "target"] = None
    assert "expect_column_proportion_of_non_null_values" in reason(data, settings=config(maximum_missing_target=0.1))
    accepted = passes(data)
    assert len(accepted.table) == 40
    assert accepted.table["target"].notna().all()
    assert accepted.table.index.tolist() == list(range(40))
    assert accepted.findings["rows"] == {"read": 60, "accepted": 40, "dropped": 20}


def test_a_binary_target_of_three_classes_is_refused():
    data = table()
    data.loc[0, "target"] = "maybe"
    assert "observed 3" in reason(data)


def test_a_positive_class_that_does_not_occur_is_refused():
    assert "did you mean 'yes'?" in reason(table(), task(positive="yess"))


def test_a_positive_class_may_be_written_as_yaml_reads_it():
    data = table().assign(target=[0, 1] * 30)
    assert passes(data, task(positive="1")).findings["accepted"]


@pytest.mark.parametrize("bad", [np.inf, -np.inf])
def test_an_infinite_regression_target_is_refused(bad):
    data = table().assign(target=np.arange(60.0))
    data.loc[7, "target"] = bad
    assert "first rows 7" in reason(data, task(problem="regression"))


def test_words_in_a_regression_target_are_refused_and_numbers_as_text_are_not():
    data = table().assign(target=[str(i / 7) for i in range(60)])
    assert passes(data, task(problem="regression")).findings["accepted"]
    data.loc[3, "target"] = "n/a"
    assert "'n/a'" in reason(data, task(problem="regression"))


def test_weights_must_be_given_and_not_negative():
    assert "first rows 0" in reason(table().assign(w=[-1.0] + [1.0] * 59), task(weight="w"))
    assert "column 'w'" in reason(table().assign(w=[np.nan] + [1.0] * 59), task(weight="w"))


@pytest.mark.parametrize("sides", [["train"] * 60, ["train", "test"] * 30, ["train", None, "holdout"] * 20])
def test_a_split_column_has_both_sides_and_nothing_else(sides):
    assert "column 'side'" in reason(table().assign(side=sides), task(split_column="side"))


def test_a_table_of_the_target_alone_is_refused():
    assert "expect_table_column_count_to_be_between" in reason(table()[["target"]])


def test_whole_numbers_of_a_nullable_type_pass():
    data = table().assign(count=pd.array([1, None, 3] * 20, dtype="Int64"))
    assert passes(data).findings["accepted"]
