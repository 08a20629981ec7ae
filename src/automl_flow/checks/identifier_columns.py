"""Columns that identify the row instead of describing it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from automl_flow.checks.context import CheckContext, is_number, is_text
from automl_flow.checks.finding import Check, Finding, counted
from automl_flow.core.errors import listed

_MIN_ROWS = 50
_MAX_NAME_LENGTH = 40


def _run(context: CheckContext) -> list[Finding]:
    table, task, profile = context.table, context.task, context.profile
    if len(table) < _MIN_ROWS:
        return []
    known, dates = set(profile.by_role("identifier")), set(profile.by_role("datetime"))
    names = [n for n in context.features if n not in task.roles or task.roles[n] == "identifier"]
    found = tuple(
        name
        for name in names
        if name in known or (name in context.keys and name not in dates and _names_rows(table[name]))
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
            "A model can only memorise them: give them the role 'identifier', or 'text' or 'numeric' if they are no "
            "identifiers.",
        )
    ]


def _names_rows(column: pd.Series[Any]) -> bool:
    """Whether *column*, whose values are distinct, holds consecutive numbers or short text."""
    if is_number(column):
        values = np.sort(column.to_numpy(dtype=np.float64))
        return bool(np.isfinite(values).all() and (np.diff(values) == 1).all())
    return is_text(column) and int(column.astype(str).str.len().max()) <= _MAX_NAME_LENGTH


ENTRY = Check("Columns that identify the row", _run)
