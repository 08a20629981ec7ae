"""Rows with a missing target."""

from __future__ import annotations

from automl_flow.checks.context import CheckContext, first_rows
from automl_flow.checks.finding import Check, Finding, at_rows, percent

_WARN_ABOVE = 0.05


def _run(context: CheckContext) -> list[Finding]:
    table, task = context.table, context.task
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
            f"{count} of {len(table)} rows ({percent(share)}) have a missing {task.target_name!r}; "
            f"{at_rows(first_rows(missing))}",
            "These rows are dropped. If the target is not missing at random, the rest is a biased sample.",
        )
    ]


# In fit, a warning counts these rows.
ENTRY = Check("Rows with a missing target", _run, for_samples=True, target_only=True, in_fit=False)
