from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_flow.recipes.transformers.conversion import (
    guess_date_format,
    to_dates,
    to_label_codes,
    to_number_block,
    to_numbers,
    to_text,
)


def labels(values, **kinds):
    codes, names = to_label_codes(pd.Series(values, **kinds))
    return [None if code < 0 else names[code] for code in codes]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2, 1], ["1", "2", "1"]),
        ([1.0, np.nan, 2.5], ["1", None, "2.5"]),
        ([" a", "a ", "", None], ["a", "a", None, None]),
        ([1, True, "1", 1.0], ["1", "True", "1", "1"]),
        ([[1], {"a": 2}, (3,)], ["[1]", "{'a': 2}", "(3,)"]),
        ([pd.NaT, None, np.nan], [None, None, None]),
    ],
)
def test_labels_do_not_depend_on_the_type(values, expected):
    assert labels(values, dtype=object) == expected


def test_labels_of_categories_are_their_names():
    assert labels(pd.Categorical(["b", None, "a"])) == ["b", None, "a"]


def test_long_labels_stay_different_and_short():
    first, second = labels(["x" * 500 + "a", "x" * 500 + "b"])
    assert first != second
    assert len(first) <= 64


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pd.Series(["1", " 2.5 ", "x", None]), [1, 2.5, np.nan, np.nan]),
        (pd.Series([True, None, "false", 3], dtype=object), [1, np.nan, 0, 3]),
        (pd.Series([True, None], dtype="boolean"), [1, np.nan]),
        (pd.Series([1, None], dtype="Int64"), [1, np.nan]),
        (pd.Series(pd.to_timedelta([1, None], unit="min")), [60, np.nan]),
        (pd.Series(pd.Categorical([3, None, 4])), [3, np.nan, 4]),
        (pd.Series([1 + 0j, 1j]), [1, np.nan]),
        (pd.Series(pd.to_datetime(["2020-01-01"])), [np.nan]),
    ],
)
def test_numbers_are_read_from_any_type(column, expected):
    np.testing.assert_array_equal(to_numbers(column), expected)


def test_blocks_of_numbers_have_no_infinities_and_leave_their_input():
    frame = pd.DataFrame({"a": [1.0, np.inf], "b": [-np.inf, 2.0]})
    np.testing.assert_array_equal(to_number_block(frame), [[1, np.nan], [np.nan, 2]])
    assert np.isinf(frame.to_numpy()).sum() == 2


@pytest.mark.parametrize(
    ("column", "chosen", "day"),
    [
        (pd.Series(["2020-03-04", None, "2020-12-31"]), "%Y-%m-%d", "2020-03-04"),
        (pd.Series(["03/04/2020", "12/31/2020"]), "%m/%d/%Y", "2020-03-04"),
        (pd.Series(["04/03/2020", "31/12/2020"]), "%d/%m/%Y", "2020-03-04"),
        (pd.Series([20200304, 20201231]), "%Y%m%d", "2020-03-04"),
        (pd.Series([1583280000, 1583280001]), "unit:s", "2020-03-04"),
        (pd.Series([1583280000000, 1583280001000]), "unit:ms", "2020-03-04"),
        (pd.Series(pd.to_datetime(["2020-03-04", "2020-03-05"])), "", "2020-03-04"),
    ],
)
def test_dates_are_read_as_the_training_rows_were(column, chosen, day):
    assert guess_date_format(column) == chosen
    assert to_dates(column.iloc[:1], chosen)[0] == np.datetime64(day)


def test_dates_keep_the_hour_that_the_clock_showed():
    column = pd.Series(pd.to_datetime(["2020-07-01 23:30"]).tz_localize("Europe/Berlin"))
    assert to_dates(column, "")[0] == np.datetime64("2020-07-01T23:30")


def test_dates_that_cannot_be_read_are_missing():
    assert np.isnat(to_dates(pd.Series(["nonsense", None, "2020-13-40"]), "%Y-%m-%d")).all()


def test_text_is_empty_where_missing():
    assert to_text(pd.Series(["a", None, 3, np.nan], dtype=object)).tolist() == ["a", "", "3", ""]
