from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_flow.core.errors import DataError
from automl_flow.core.files import json_text
from automl_flow.expectations import GateClosedError, validate_table
from tests.expectations.tables import config, passes, reason, table, task

IN_SET = {"expectation": "expect_column_values_to_be_in_set", "kwargs": {"column": "city", "value_set": ["Rome"]}}


def test_an_accepted_table_is_the_table():
    pd.testing.assert_frame_equal(passes(table()).table, table())


def test_the_reason_names_column_value_rows_and_remedy():
    text = reason(table().assign(city=["Rome"] * 57 + ["Paris", "Rome", "Bonn"]), settings=config(IN_SET))
    assert "task 'loans'" in text
    assert "column 'city': expect_column_values_to_be_in_set(value_set=['Rome']) failed" in text
    assert "2 unexpected; for example 'Paris', 'Bonn'; first rows 57, 59" in text


def test_a_warning_is_reported_and_passes():
    findings = passes(table(), settings=config({**IN_SET, "severity": "warning"})).findings
    assert findings["accepted"]
    assert [v["origin"] for v in findings["expectations"] if not v["success"]] == ["user"]


def test_warnings_close_the_gate_when_told_so():
    assert "expect_column_values_to_be_in_set" in reason(
        table(), settings=config({**IN_SET, "severity": "warning"}, stop_at="warning", accept=["few_rows"])
    )


def test_a_copy_of_the_target_closes_the_gate_until_it_is_accepted():
    data = table().assign(denied=lambda t: (t["target"] == "yes").astype(int))
    assert "column 'denied': target_copy" in reason(data)
    accepted = passes(data, settings=config(accept=["target_copy"]))
    assert "target_copy" in [finding["code"] for finding in accepted.findings["checks"]]


def test_a_closed_gate_still_gives_findings_and_page():
    with pytest.raises(GateClosedError) as closed:
        validate_table(table().head(3), task(), config())
    assert closed.value.findings["accepted"] is False
    assert "Not accepted" in closed.value.docs


def test_duplicates_are_dropped_only_when_told():
    data = pd.concat([table(), table().head(5)], ignore_index=True)
    assert len(passes(data).table) == 65
    assert len(passes(data, settings=config(drop_duplicate_rows=True)).table) == 60


def test_repeated_column_names_are_refused():
    data = table()
    data.columns = ["age", "age", "target"]
    with pytest.raises(DataError, match="duplicate column names: age"):
        passes(data)


def test_findings_and_page_are_the_same_bytes_every_time():
    runs = [passes(table(), settings=config({**IN_SET, "severity": "warning"})) for _ in range(2)]
    assert json_text(runs[0].findings) == json_text(runs[1].findings)
    assert runs[0].docs == runs[1].docs


def test_the_page_escapes_names_and_values_and_loads_nothing():
    evil = "<script>alert('x')</script>"
    data = table().rename(columns={"city": evil}).assign(**{"<img src=x>": ["<b>"] * 60})
    suite = {"expectation": "expect_column_values_to_be_in_set", "kwargs": {"column": evil, "value_set": [evil]}}
    docs = passes(data, settings=config({**suite, "severity": "warning"})).docs
    assert "<script" not in docs
    assert "<img" not in docs
    assert "<b>" not in docs
    assert "http" not in docs


def test_rows_keep_their_positions_whatever_the_index():
    data = table().set_index(pd.Index(np.arange(1000, 1060)))
    data.loc[1003, "age"] = np.inf
    (verdict,) = [v for v in passes(data).findings["expectations"] if not v["success"]]
    assert verdict["rows"] == [3]
