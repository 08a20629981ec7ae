"""Rows with equal features and different targets, which no model can tell apart."""

from __future__ import annotations

from automl_flow.checks.context import CheckContext
from automl_flow.checks.finding import Check, Finding, at_rows, percent

_WARN_ABOVE = 0.05


def _run(context: CheckContext) -> list[Finding]:
    target = context.task.target_name
    if context.class_counts.empty or context.keys or not context.features:
        return []
    codes = context.codes[context.codes[target] >= 0]
    twins = codes[codes.duplicated(subset=context.features, keep=False)]
    if twins.empty:
        return []
    classes = twins.groupby(context.features, sort=False)[target].transform("nunique")
    rows = twins.index[(classes > 1).to_numpy()].tolist()
    if not rows:
        return []
    share = len(rows) / len(codes)
    return [
        Finding(
            "conflicting_labels",
            "warning" if share > _WARN_ABOVE else "info",
            (target,),
            f"{len(rows)} rows ({percent(share)}) have the same features as a row of another class; "
            f"{at_rows(rows[:5])}",
            "Inspect some of them: either labels are wrong, or a feature that would distinguish them is missing.",
        )
    ]


ENTRY = Check("Equal features with different targets", _run, for_samples=True)
