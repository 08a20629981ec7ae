"""Class imbalance."""

from __future__ import annotations

from automl_flow.checks.context import CheckContext
from automl_flow.checks.finding import Check, Finding, percent
from automl_flow.core.errors import quoted

_INFO_BELOW = 0.2
_WARN_BELOW = 0.02


def _run(context: CheckContext) -> list[Finding]:
    counts, target = context.class_counts, context.task.target_name
    if len(counts) < 2:  # a single class is a constant target
        return []
    total, even = int(counts.sum()), 1 / len(counts)
    rare, share = counts.index[-1], float(counts.iloc[-1]) / int(counts.sum())
    if share / even >= 2 * _INFO_BELOW:
        return []
    return [
        Finding(
            "class_imbalance",
            "warning" if share / even < 2 * _WARN_BELOW else "info",
            (target,),
            f"class {quoted(rare)} of {quoted(target)} has {int(counts.iloc[-1])} of {total} rows ({percent(share)}); "
            f"the most frequent, {quoted(counts.index[0])}, has {int(counts.iloc[0])}",
            "Use roc_auc, log_loss, average_precision or balanced_accuracy instead of accuracy.",
        )
    ]


ENTRY = Check("Imbalanced classes", _run, for_samples=True, target_only=True)
