"""Rows without a target."""

from __future__ import annotations

from automl_flow.checks.finding import Check, Finding, at_rows, percent
from automl_flow.checks.view import TableView, first_rows

_WARN_ABOVE = 0.05


def _run(view: TableView) -> list[Finding]:
    table, task = view.table, view.task
    if task.target_name not in table or table.empty:
        return []
    missing = table[task.target_name].isna().to_numpy()
    count = int(missing.sum())
    if not count:
        return []
    share = count / len(table)
    return [
        Finding(
            "missing_target",
            "warning" if share > _WARN_ABOVE else "info",
            (task.target_name,),
            f"{count} of {len(table)} rows ({percent(share)}) have no value in {task.target_name!r}; "
            f"{at_rows(first_rows(missing))}",
            "These rows are dropped. If the target is missing for a reason, the rest is a biased sample.",
        )
    ]


ENTRY = Check("Rows whose target is missing", _run)
