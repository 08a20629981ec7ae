"""Feature columns with a single value, or with one value in nearly every row."""

from __future__ import annotations

import numpy as np

from automl_flow.checks.finding import Check, Finding, counted, listed
from automl_flow.checks.view import TableView

_NEARLY = 0.999


def _run(view: TableView) -> list[Finding]:
    table = view.table
    constant, nearly = [], []
    for name in view.features:
        counts = np.bincount(view.codes[name].to_numpy() + 1)  # the first count is that of missing cells
        if np.count_nonzero(counts) <= 1:
            constant.append(name)
        elif counts.max() / len(table) > _NEARLY:
            nearly.append(name)
    findings = []
    if constant:
        findings.append(
            Finding(
                "constant_columns",
                "info",
                tuple(constant),
                f"{counted(len(constant), 'column has', 'columns have')} one value (or none) in all {len(table)} "
                f"rows: {listed(constant)}",
                "They are left out of the features; remove them at the source if they should vary.",
            )
        )
    if nearly:
        findings.append(
            Finding(
                "nearly_constant_columns",
                "info",
                tuple(nearly),
                f"{counted(len(nearly), 'column has', 'columns have')} one value in more than {_NEARLY:.1%} of the "
                f"rows: {listed(nearly)}",
                "Check that the source fills them; give them the role 'ignore' if they mean nothing.",
            )
        )
    return findings


ENTRY = Check("Columns that do not vary", _run)
