"""Infinite values in numeric columns."""

from __future__ import annotations

import numpy as np

from automl_flow.checks.context import CheckContext, first_rows, is_number
from automl_flow.checks.finding import Check, Finding, at_rows, counted
from automl_flow.core.errors import listed


def _run(context: CheckContext) -> list[Finding]:
    table, task = context.table, context.task
    masks = {name: np.isinf(context.numbers(name)) for name in table.columns if is_number(table[name])}
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
            "They usually come from a division by zero. In features they count as missing; a target must be finite.",
        )
    ]


ENTRY = Check("Infinite values", _run)
