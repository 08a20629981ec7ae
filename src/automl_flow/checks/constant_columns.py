"""Feature columns with one value in every row, or in nearly every row."""

from __future__ import annotations

import numpy as np

from automl_flow.checks.context import CheckContext
from automl_flow.checks.finding import Check, Finding, counted
from automl_flow.core.errors import listed

_NEARLY_ALL = 0.999


def _run(context: CheckContext) -> list[Finding]:
    table = context.table
    constant, nearly = [], []
    for name in context.features:
        counts = np.bincount(context.codes[name].to_numpy() + 1)  # the first one counts missing cells
        if np.count_nonzero(counts) <= 1:
            constant.append(name)
        elif counts.max() / len(table) > _NEARLY_ALL:
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
                "They are not used as features; check the source if they should vary.",
            )
        )
    if nearly:
        findings.append(
            Finding(
                "nearly_constant_columns",
                "info",
                tuple(nearly),
                f"{counted(len(nearly), 'column has', 'columns have')} one value in more than {_NEARLY_ALL:.1%} of the "
                f"rows: {listed(nearly)}",
                "Check that the source fills them; give them the role 'ignore' if they are meaningless.",
            )
        )
    return findings


ENTRY = Check("Constant columns", _run)
