"""Classes with too few rows to occur in every fold."""

from __future__ import annotations

from automl_flow.checks.finding import Check, Finding, listed
from automl_flow.checks.view import TableView

_NEEDED = 10


def _run(view: TableView) -> list[Finding]:
    counts, target = view.class_counts, view.task.target_name
    rare = counts[counts < _NEEDED]
    if rare.empty or len(counts) < 2:  # one class is another check's business
        return []
    described = [f"{label}: {count}" for label, count in rare.items()]
    return [
        Finding(
            "rare_classes",
            "warning",
            (target,),
            f"{len(rare)} of {len(counts)} classes of {target!r} {'has' if len(rare) == 1 else 'have'} fewer than "
            f"{_NEEDED} rows: {listed(described)}",
            "Merge or collect more of them; with fewer rows than folds a class cannot be learned and judged.",
        )
    ]


ENTRY = Check("Classes with a handful of rows", _run)
