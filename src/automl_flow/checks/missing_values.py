"""Feature columns with missing values."""

from __future__ import annotations

from automl_flow.checks.context import CheckContext
from automl_flow.checks.finding import Check, Finding, percent
from automl_flow.core.errors import listed

_WARN_ABOVE = 0.5


def _run(context: CheckContext) -> list[Finding]:
    table = context.table
    if table.empty:
        return []
    shares = {name: float(table[name].isna().mean()) for name in context.features}
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
            "Missing values are imputed or flagged inside the folds; make sure that the same values are missing at "
            "prediction time.",
        )
    ]


ENTRY = Check("Missing values, and mostly empty columns", _run)
