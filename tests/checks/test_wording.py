"""Findings are sentences: one column has, two columns have, and rows are named, not printed as a list."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_flow.checks import run_checks
from automl_flow.checks.finding import at_rows, counted
from automl_flow.tasks.profile import profile_table
from automl_flow.tasks.spec import TaskSpec

N = 200
rng = np.random.default_rng(0)


@pytest.mark.parametrize(("number", "text"), [(0, "0 columns"), (1, "1 column"), (2, "2 columns")])
def test_a_number_has_the_form_of_the_noun_that_it_needs(number, text):
    assert counted(number, "column", "columns") == text


@pytest.mark.parametrize(
    ("rows", "text"), [([4], "first at row 4 (counted from 0)"), ([4, 7], "first at rows 4, 7 (counted from 0)")]
)
def test_rows_are_named(rows, text):
    assert at_rows(rows) == text


def messages(**columns):
    table = pd.DataFrame({"x": rng.normal(size=N), **columns, "target": rng.normal(size=N)})
    task = TaskSpec(problem="regression")
    return [finding.message for finding in run_checks(table, task, profile_table(table, task))]


SOME = np.where(np.arange(N) < 3, np.nan, rng.normal(size=N))
INFINITE = np.where(np.arange(N) < 1, np.inf, rng.normal(size=N))


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (np.ones(N), "1 column has one value (or none) in all 200 rows: a"),
        (SOME, "1 of 2 columns has missing values: a (1.5%)"),
        (INFINITE, "1 column holds infinite values: a: 1 cell, first at row 0 (counted from 0)"),
        (np.arange(N), "1 column has a different value in (nearly) every row, as identifiers do: a"),
        (["1"] * 150 + ["n/k"] * 50, "1 column mixes kinds of values: a: 75% numbers, otherwise n/k"),
    ],
)
def test_a_single_column_is_told_in_the_singular(column, text):
    name = "a_id" if "identifiers" in text else "a"
    assert text.replace(": a", f": {name}", 1) in messages(**{name: column})


def test_two_columns_are_told_in_the_plural():
    assert "2 columns have one value (or none) in all 200 rows: a, b" in messages(a=np.ones(N), b=["x"] * N)
