"""The contract of data checks, ours or a user's."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from automl_flow.checks import CHECKS, CheckContext, Finding
from automl_flow.tasks.profile import profile_table
from tests.checks.tables import found, healthy, task


def hostile() -> pd.DataFrame:
    """Everything at once: no two columns of it are clean."""
    table = healthy(60)
    table["nothing"] = np.nan
    table["infinite"] = [np.inf, -np.inf, np.nan] * 20
    table["objects"] = pd.Series([1, "a", None, [1, 2], {"k": 1}, True] * 10, dtype=object)
    table["dates"] = pd.to_datetime(["2024-01-01", None] * 30)
    table["kind"] = pd.Categorical(["a", None, "b"] * 20)
    table["flag"] = pd.array([True, None, False] * 20, dtype="boolean")
    table["whole"] = pd.array([1, None, 3] * 20, dtype="Int64")
    table["<script>alert(1)</script>"] = "𝕏"
    return table


TABLES = {
    "healthy": healthy(),
    "hostile": hostile(),
    "no rows": healthy().head(0),
    "one row": healthy().head(1),
    "no target": healthy().drop(columns="target"),
    "target only": healthy()[["target"]],
    "all targets missing": healthy().assign(target=np.nan),
}


@cache
def view(table: str, problem: str) -> CheckContext:
    spec = task(problem=problem)
    return CheckContext(TABLES[table], spec, profile_table(TABLES[table], spec))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("name", CHECKS.names())
@pytest.mark.parametrize("problem", ["binary", "multiclass", "regression"])
def test_a_check_never_raises_and_gives_findings_that_help(name, table, problem):
    for finding in CHECKS.get(name).run(view(table, problem)):
        assert finding.code
        assert finding.message
        assert finding.action
        assert set(finding.columns) <= set(TABLES[table].columns)
        assert Finding.from_document(finding.to_document()) == finding


@pytest.mark.parametrize("name", CHECKS.names())
def test_a_check_says_what_it_looks_for(name):
    assert CHECKS.get(name).about


@pytest.mark.parametrize("name", [name for name, check in CHECKS.available().items() if check.target_only])
@pytest.mark.parametrize("y", [["a"] * 60, ["a"] * 57 + [None, "b", "b"]], ids=["one class", "few of a class"])
def test_a_check_of_the_target_alone_does_not_need_the_columns(name, y):
    table = healthy(60).assign(target=y)
    assert found(table, task(), [name]) == found(table[["target"]], task(), [name])
