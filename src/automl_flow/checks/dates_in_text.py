"""Text columns that hold dates, and dates whose day and month cannot be told apart."""

from __future__ import annotations

from typing import Any

import pandas as pd

from automl_flow.checks.finding import Check, Finding, counted, listed
from automl_flow.checks.view import TableView, is_text

_SAMPLE = 500
_DATE = r"^\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})([T ]\d{1,2}:\d{2}.*)?\s*$"
_NUMBERED = r"^\s*(\d{1,2})[-/.](\d{1,2})[-/.]\d{2,4}"
_MOSTLY = 0.5
_MONTHS = 12


def _run(view: TableView) -> list[Finding]:
    table, task, profile = view.table, view.task, view.profile
    texts = [name for name in view.features if is_text(table[name]) and _looks_dated(table[name])]
    taken = [name for name in texts if name in profile.by_role("datetime")]
    missed = [name for name in texts if name not in taken and name not in task.roles]
    unclear = [name for name in taken if _unclear_order(table[name])]
    findings = []
    if missed:
        findings.append(
            Finding(
                "dates_in_text",
                "warning",
                tuple(missed),
                f"{counted(len(missed), 'column is', 'columns are')} read as categories or text though most values "
                f"look like dates: {_examples(table, missed)}",
                "Fix the values that are not dates, or give the columns the role 'datetime'.",
            )
        )
    if unclear:
        findings.append(
            Finding(
                "unclear_dates",
                "warning",
                tuple(unclear),
                f"day and month cannot be told apart in {counted(len(unclear), 'column', 'columns')}: "
                f"{_examples(table, unclear)}",
                "They are read month first; write dates as YYYY-MM-DD at the source.",
            )
        )
    return findings


def _looks_dated(column: pd.Series[Any]) -> bool:
    """Whether most of the first values have the shape of a date."""
    head = column.dropna().head(_SAMPLE).astype(str)
    return bool(len(head)) and float(head.str.match(_DATE).mean()) > _MOSTLY


def _unclear_order(column: pd.Series[Any]) -> bool:
    """Whether dates such as 03/04/2024 occur and none shows by a number above 12 which one is the day."""
    parts = column.dropna().astype(str).str.extract(_NUMBERED).dropna().astype(int)
    return len(parts) > 0 and int(parts.to_numpy().max()) <= _MONTHS


def _examples(table: pd.DataFrame, names: list[str]) -> str:
    return listed(f"{name}: {table[name].dropna().iloc[0]}" for name in names)


ENTRY = Check("Dates stored as text, and dates that can be read in two ways", _run)
