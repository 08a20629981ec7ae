from __future__ import annotations

from dataclasses import replace

from automl_flow.models import FAMILIES
from automl_flow.reports.data import versions


def test_versions_include_those_of_the_families_libraries(monkeypatch):
    mine = replace(FAMILIES.get("baseline"), name="mine", requires=("yaml",))
    monkeypatch.setitem(FAMILIES._entries, "mine", mine)
    assert {"automl_flow", "xgboost-cpu", "PyYAML"} <= set(versions())
