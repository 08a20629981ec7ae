"""Columns whose cells hold more than one value, or none that can be compared: lists, dictionaries, arrays, bytes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from automl_flow.checks.finding import Check, Finding, counted, listed
from automl_flow.checks.view import TableView

_LOOKED_AT = 1000  # cells of a column


def _run(view: TableView) -> list[Finding]:
    found = {name: kind for name in view.features if (kind := _kind(view.table[name]))}
    if not found:
        return []
    return [
        Finding(
            "nested_cells",
            "warning",
            tuple(found),
            f"{counted(len(found), 'column holds', 'columns hold')} cells that are no single values: "
            f"{listed(f'{name} ({kind})' for name, kind in found.items())}",
            "They are read as the text that Python prints for them, which says little: make columns of their contents.",
        )
    ]


def _kind(column: pd.Series[Any]) -> str:
    """What the cells hold; empty where they are single values."""
    if not pd.api.types.is_object_dtype(column.dtype):
        return ""
    present = column.dropna()
    for cell in present.iloc[:: max(1, len(present) // _LOOKED_AT)]:
        if isinstance(cell, (list, tuple, set, frozenset, dict, bytes, bytearray, np.ndarray, pd.Series, pd.DataFrame)):
            return type(cell).__name__
    return ""


ENTRY = Check("Columns whose cells are lists, dictionaries or the like", _run)
