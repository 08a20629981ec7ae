"""Feature columns that are mostly empty."""

from __future__ import annotations

from automl_flow.checks.finding import Check, Finding, listed, percent
from automl_flow.checks.view import TableView

_WARN_ABOVE = 0.5


def _run(view: TableView) -> list[Finding]:
    table = view.table
    if table.empty:
        return []
    shares = {name: float(table[name].isna().mean()) for name in view.features}
    some = {name: share for name, share in shares.items() if share > 0}
    if not some:
        return []
    worst = sorted(some, key=lambda name: (-some[name], name))
    mostly = tuple(name for name in some if some[name] > _WARN_ABOVE)
    described = [f"{name} ({percent(some[name])})" for name in worst]
    return [
        Finding(
            "missing_values",
            "warning" if mostly else "info",
            mostly or tuple(some),
            f"{len(some)} of {len(shares)} columns {'has' if len(some) == 1 else 'have'} missing values"
            f"{f', {len(mostly)} of them in more than half of the rows' if mostly else ''}: {listed(described)}",
            "Missing values are imputed or flagged inside the folds; ask whether their absence is known at the time "
            "of prediction.",
        )
    ]


ENTRY = Check("Missing values, and columns that are mostly empty", _run)
