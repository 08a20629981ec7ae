"""Columns with nested cells: lists, dictionaries, arrays, bytes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from automl_flow.checks.context import CheckContext
from automl_flow.checks.finding import Check, Finding, counted
from automl_flow.core.errors import listed

_MAX_CELLS = 1000  # that are inspected per column


def _run(context: CheckContext) -> list[Finding]:
    found = {name: kind for name in context.features if (kind := _kind(context.table[name]))}
    if not found:
        return []
    return [
        Finding(
            "nested_cells",
            "warning",
            tuple(found),
            f"{counted(len(found), 'column holds', 'columns hold')} nested cells: "
            f"{listed(f'{name} ({kind})' for name, kind in found.items())}",
            "They are read as their Python text, which carries little information: turn their contents into columns.",
        )
    ]


def _kind(column: pd.Series[Any]) -> str:
    """Type of the nested cells; empty if there are none."""
    if not pd.api.types.is_object_dtype(column.dtype):
        return ""
    present = column.dropna()
    for cell in present.iloc[:: max(1, len(present) // _MAX_CELLS)]:
        if isinstance(cell, (list, tuple, set, frozenset, dict, bytes, bytearray, np.ndarray, pd.Series, pd.DataFrame)):
            return type(cell).__name__
    return ""


ENTRY = Check("Nested cells, such as lists and dictionaries", _run)
