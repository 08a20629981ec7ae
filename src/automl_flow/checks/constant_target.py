"""A constant target, from which nothing can be learned."""

from __future__ import annotations

from automl_flow.checks.context import CheckContext
from automl_flow.checks.finding import Check, Finding
from automl_flow.core.errors import quoted


def _run(context: CheckContext) -> list[Finding]:
    target, values = context.task.target_name, context.labels.unique()
    if len(values) != 1:
        return []
    return [
        Finding(
            "constant_target",
            "error",
            (target,),
            f"the target {quoted(target)} has the value {quoted(values.tolist()[0])} in every labelled row",
            "Check the export and the name of the target; a model needs at least two different values.",
        )
    ]


ENTRY = Check("A constant target", _run, for_samples=True, target_only=True)
