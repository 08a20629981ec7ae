"""Categorical columns with many values."""

from __future__ import annotations

from automl_flow.checks.context import CheckContext
from automl_flow.checks.finding import Check, Finding, counted
from automl_flow.core.errors import listed

_MAX_VALUES = 50
_MIN_ROWS_PER_VALUE = 10


def _run(context: CheckContext) -> list[Finding]:
    table, task, profile = context.table, context.task, context.profile
    names = [name for name in profile.by_role("categorical", "ordinal") if name in table and name != task.target_name]
    unique = {name: int(context.codes[name].max() + 1) for name in names}
    many = {n: u for n, u in unique.items() if u > _MAX_VALUES or (u > 2 and len(table) / u < _MIN_ROWS_PER_VALUE)}
    if not many:
        return []
    described = [f"{name} ({count} values)" for name, count in many.items()]
    return [
        Finding(
            "high_cardinality",
            "info",
            tuple(many),
            f"{counted(len(many), 'categorical column has', 'categorical columns have')} many values for {len(table)} "
            f"rows: {listed(described)}",
            "They are target-encoded inside the folds; group rare values if you know which belong together.",
        )
    ]


ENTRY = Check("Categorical columns with many values", _run)
