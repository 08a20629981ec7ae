"""Infinite values in numeric columns."""

from __future__ import annotations

import numpy as np

from automl_flow.checks.finding import Check, Finding, at_rows, counted, listed
from automl_flow.checks.view import TableView, first_rows, is_number


def _run(view: TableView) -> list[Finding]:
    table, task = view.table, view.task
    masks = {name: np.isinf(view.numbers(name)) for name in table.columns if is_number(table[name])}
    found = {name: mask for name, mask in masks.items() if mask.any()}
    if not found:
        return []
    described = [
        f"{name}: {counted(int(mask.sum()), 'cell', 'cells')}, {at_rows(first_rows(mask, 3))}"
        for name, mask in found.items()
    ]
    return [
        Finding(
            "infinite_values",
            "error" if task.target_name in found else "warning",
            tuple(found),
            f"{counted(len(found), 'column holds', 'columns hold')} infinite values: {listed(described)}",
            "Usually a division by zero upstream. In features they count as missing; in the target they "
            "cannot be used.",
        )
    ]


ENTRY = Check("Infinite values", _run)
