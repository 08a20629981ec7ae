"""Duplicate rows, target included."""

from __future__ import annotations

from automl_flow.checks.context import CheckContext, first_rows
from automl_flow.checks.finding import Check, Finding, at_rows, percent

_WARN_ABOVE = 0.01


def _run(context: CheckContext) -> list[Finding]:
    n_rows = len(context.table)
    if context.keys:
        return []
    repeated = context.codes.duplicated().to_numpy()
    count = int(repeated.sum())
    if not count:
        return []
    return [
        Finding(
            "duplicate_rows",
            "warning" if count / n_rows > _WARN_ABOVE else "info",
            (),
            f"{count} of {n_rows} rows ({percent(count / n_rows)}) repeat an earlier row; "
            f"{at_rows(first_rows(repeated))}",
            "If they are not genuine repetitions, set validation.drop_duplicate_rows: true; copies on both sides of "
            "the split make the holdout score too optimistic.",
        )
    ]


ENTRY = Check("Duplicate rows", _run, for_samples=True)
