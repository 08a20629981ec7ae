"""Text columns that hold dates, and dates with ambiguous day and month."""

from __future__ import annotations

from typing import Any

import pandas as pd

from automl_flow.checks.context import CheckContext, is_text
from automl_flow.checks.finding import Check, Finding, counted
from automl_flow.core.errors import listed

_SAMPLE = 500
_DATE = r"^\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})([T ]\d{1,2}:\d{2}.*)?\s*$"
_NUMBERED = r"^\s*(\d{1,2})[-/.](\d{1,2})[-/.]\d{2,4}"
_MIN_FRACTION = 0.5
_MONTHS = 12


def _run(context: CheckContext) -> list[Finding]:
    table, task, profile = context.table, context.task, context.profile
    texts = [name for name in context.features if is_text(table[name]) and _looks_dated(table[name])]
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
                f"{counted(len(missed), 'column is', 'columns are')} read as categories or text, although most "
                f"values look like dates: {_examples(table, missed)}",
                "Fix the values that are not dates, or give the columns the role 'datetime'.",
            )
        )
    if unclear:
        findings.append(
            Finding(
                "unclear_dates",
                "warning",
                tuple(unclear),
                f"day and month are ambiguous in {counted(len(unclear), 'column', 'columns')}: "
                f"{_examples(table, unclear)}",
                "They are read month first; write dates as YYYY-MM-DD at the source.",
            )
        )
    return findings


def _looks_dated(column: pd.Series[Any]) -> bool:
    """Whether most of the first values look like dates."""
    head = column.dropna().head(_SAMPLE).astype(str)
    return bool(len(head)) and float(head.str.match(_DATE).mean()) > _MIN_FRACTION


def _unclear_order(column: pd.Series[Any]) -> bool:
    """Whether there are dates such as 03/04/2024, and no number above 12 reveals which part is the day."""
    parts = column.dropna().astype(str).str.extract(_NUMBERED).dropna().astype(int)
    return len(parts) > 0 and int(parts.to_numpy().max()) <= _MONTHS


def _examples(table: pd.DataFrame, names: list[str]) -> str:
    return listed(f"{name}: {table[name].dropna().iloc[0]}" for name in names)


ENTRY = Check("Dates stored as text, and ambiguous dates", _run)
