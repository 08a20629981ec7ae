"""Categorical columns with a great many values."""

from __future__ import annotations

from automl_flow.checks.finding import Check, Finding, counted, listed
from automl_flow.checks.view import TableView

_MANY = 50
_ROWS_PER_VALUE = 10


def _run(view: TableView) -> list[Finding]:
    table, task, profile = view.table, view.task, view.profile
    names = [name for name in profile.by_role("categorical", "ordinal") if name in table and name != task.target_name]
    unique = {name: int(view.codes[name].max() + 1) for name in names}
    many = {n: u for n, u in unique.items() if u > _MANY or (u > 2 and len(table) / u < _ROWS_PER_VALUE)}
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
            "They are encoded by the target inside the folds; group rare values if you know how they belong together.",
        )
    ]


ENTRY = Check("Categorical columns with many values", _run)
