"""Columns that mix numbers and other values."""

from __future__ import annotations

from typing import Any

import pandas as pd

from automl_flow.checks.context import CheckContext, is_text
from automl_flow.checks.finding import Check, Finding, counted
from automl_flow.core.errors import listed

_MIN_FRACTION = 0.5


def _run(context: CheckContext) -> list[Finding]:
    mixed: dict[str, str] = {}
    for name in context.features:
        column = context.table[name]
        if is_text(column) and name not in context.task.roles and (reason := _mixture(column.dropna())):
            mixed[name] = reason
    if not mixed:
        return []
    return [
        Finding(
            "mixed_types",
            "warning",
            tuple(mixed),
            f"{counted(len(mixed), 'column mixes', 'columns mix')} kinds of values: "
            f"{listed(f'{n}: {r}' for n, r in mixed.items())}",
            "Clean them at the source (units, decimal commas, words for 'missing'): non-numeric values in "
            "a numeric column become missing; numbers in a categorical column are treated as labels.",
        )
    ]


def _mixture(present: pd.Series[Any]) -> str:
    """Describe the mixture in a column without missing values; empty if there is none."""
    if present.dtype == object:
        kinds = pd.Series([type(cell).__name__ for cell in present], dtype=object).value_counts()
        if len(kinds) > 1:
            return ", ".join(f"{kind} × {count}" for kind, count in sorted(kinds.items(), key=str))
    counts = present.astype(str).value_counts()  # each distinct text is parsed once, which is fast
    numeric = pd.to_numeric(pd.Series(counts.index), errors="coerce").notna().to_numpy()
    share = float(counts[numeric].sum()) / max(len(present), 1)
    if not _MIN_FRACTION <= share < 1:
        return ""
    return f"{share:.0%} numbers, otherwise {listed(sorted(counts.index[~numeric]), 3)}"


ENTRY = Check("Columns that mix numbers and other values", _run)
