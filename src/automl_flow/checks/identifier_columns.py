"""Columns that name the row instead of describing it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from automl_flow.checks.finding import Check, Finding, counted, listed
from automl_flow.checks.view import TableView, is_number, is_text

_ENOUGH_ROWS = 50
_LONGEST_NAME = 40


def _run(view: TableView) -> list[Finding]:
    table, task, profile = view.table, view.task, view.profile
    if len(table) < _ENOUGH_ROWS:
        return []
    known, dates = set(profile.by_role("identifier")), set(profile.by_role("datetime"))
    names = [n for n in view.features if n not in task.roles or task.roles[n] == "identifier"]
    found = tuple(
        name
        for name in names
        if name in known or (name in view.keys and name not in dates and _names_rows(table[name]))
    )
    if not found:
        return []
    return [
        Finding(
            "identifier_columns",
            "warning",
            found,
            f"{counted(len(found), 'column has', 'columns have')} a different value in (nearly) every row, as "
            f"identifiers do: {listed(found)}",
            "A model can only memorise them: give them the role 'identifier', or 'text' or 'numeric' if that is what "
            "they are.",
        )
    ]


def _names_rows(column: pd.Series[Any]) -> bool:
    """Whether *column*, without repetitions, is a running number, or short unique text."""
    if is_number(column):
        values = np.sort(column.to_numpy(dtype=np.float64))
        return bool(np.isfinite(values).all() and (np.diff(values) == 1).all())
    return is_text(column) and int(column.astype(str).str.len().max()) <= _LONGEST_NAME


ENTRY = Check("Columns that identify the row", _run)
