"""Rows with the same features and different targets: the limit of what any model can reach."""

from __future__ import annotations

from automl_flow.checks.finding import Check, Finding, at_rows, percent
from automl_flow.checks.view import TableView

_WARN_ABOVE = 0.05


def _run(view: TableView) -> list[Finding]:
    target = view.task.target_name
    if view.class_counts.empty or view.keys or not view.features:
        return []
    codes = view.codes[view.codes[target] >= 0]
    twins = codes[codes.duplicated(subset=view.features, keep=False)]
    if twins.empty:
        return []
    classes = twins.groupby(view.features, sort=False)[target].transform("nunique")
    rows = twins.index[(classes > 1).to_numpy()].tolist()
    if not rows:
        return []
    share = len(rows) / len(codes)
    return [
        Finding(
            "conflicting_labels",
            "warning" if share > _WARN_ABOVE else "info",
            (target,),
            f"{len(rows)} rows ({percent(share)}) agree in every feature with a row of another class; "
            f"{at_rows(rows[:5])}",
            "Look at some of them: wrong labels, or a feature that would tell them apart is missing.",
        )
    ]


ENTRY = Check("Equal features with different targets", _run)
