"""Classes that are far less frequent than the most frequent one."""

from __future__ import annotations

from automl_flow.checks.finding import Check, Finding, percent
from automl_flow.checks.view import TableView
from automl_flow.core.errors import quoted

_INFO_BELOW = 0.2
_WARN_BELOW = 0.02


def _run(view: TableView) -> list[Finding]:
    counts, target = view.class_counts, view.task.target_name
    if len(counts) < 2:  # one class is another check's business
        return []
    total, even = int(counts.sum()), 1 / len(counts)
    least, share = counts.index[-1], float(counts.iloc[-1]) / int(counts.sum())
    if share / even >= 2 * _INFO_BELOW:
        return []
    return [
        Finding(
            "class_imbalance",
            "warning" if share / even < 2 * _WARN_BELOW else "info",
            (target,),
            f"class {quoted(least)} of {quoted(target)} has {int(counts.iloc[-1])} of {total} rows ({percent(share)}); "
            f"the most frequent, {quoted(counts.index[0])}, has {int(counts.iloc[0])}",
            "Judge by roc_auc, log_loss, average_precision or balanced_accuracy rather than accuracy.",
        )
    ]


ENTRY = Check("Classes of very different size", _run)
