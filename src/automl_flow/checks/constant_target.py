"""A target that never varies: there is nothing to learn."""

from __future__ import annotations

from automl_flow.checks.finding import Check, Finding
from automl_flow.checks.view import TableView
from automl_flow.core.errors import quoted


def _run(view: TableView) -> list[Finding]:
    target, values = view.task.target_name, view.labels.unique()
    if len(values) != 1:
        return []
    return [
        Finding(
            "constant_target",
            "error",
            (target,),
            f"the target {quoted(target)} has the single value {quoted(values.tolist()[0])} in every row that has one",
            "Check the export and the name of the target; a model needs at least two different values.",
        )
    ]


ENTRY = Check("A target with a single value", _run)
