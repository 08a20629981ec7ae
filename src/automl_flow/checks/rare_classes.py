"""Classes with too few rows for every fold."""

from __future__ import annotations

from automl_flow.checks.context import CheckContext
from automl_flow.checks.finding import Check, Finding
from automl_flow.core.errors import listed

_MIN_ROWS = 10


def _run(context: CheckContext) -> list[Finding]:
    counts, target = context.class_counts, context.task.target_name
    rare = counts[counts < _MIN_ROWS]
    if rare.empty or len(counts) < 2:  # a single class is a constant target
        return []
    described = [f"{label}: {count}" for label, count in rare.items()]
    return [
        Finding(
            "rare_classes",
            "warning",
            (target,),
            f"{len(rare)} of {len(counts)} classes of {target!r} {'has' if len(rare) == 1 else 'have'} fewer than "
            f"{_MIN_ROWS} rows: {listed(described)}",
            "Merge these classes or collect more rows; a class with fewer rows than folds cannot be validated.",
        )
    ]


ENTRY = Check("Classes with few rows", _run, for_samples=True, target_only=True)
