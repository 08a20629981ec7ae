"""Features whose distribution differs between the given training and holdout rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from automl_flow.checks.context import CheckContext, is_number
from automl_flow.checks.finding import Check, Finding, counted
from automl_flow.core.errors import listed

_SUSPECT = 0.15


def _run(context: CheckContext) -> list[Finding]:
    table, task = context.table, context.task
    if task.split_column is None or task.split_column not in table:
        return []
    holdout = (table[task.split_column] == "holdout").to_numpy()
    n_holdout, n_train = int(holdout.sum()), int((~holdout).sum())
    if not n_holdout or not n_train:
        return []
    # By chance, one column in a thousand exceeds this (two-sample Kolmogorov-Smirnov bound).
    chance = 1.95 * float(np.sqrt((n_holdout + n_train) / (n_holdout * n_train)))
    distances = {name: _distance(context, name, holdout) for name in context.features}
    drifted = {name: d for name, d in distances.items() if d > max(_SUSPECT, chance)}
    if not drifted:
        return []
    worst = sorted(drifted, key=lambda name: (-drifted[name], name))
    return [
        Finding(
            "split_drift",
            "warning",
            tuple(drifted),
            f"{counted(len(drifted), 'column differs', 'columns differ')} between the training and the holdout rows "
            f"of {task.split_column!r}: "
            f"{listed(f'{name} (distance {drifted[name]:.2f})' for name in worst)}",
            "The search score may not predict the holdout score; check which of the two resembles future data.",
        )
    ]


def _distance(context: CheckContext, name: str, holdout: NDArray[np.bool_]) -> float:
    """Kolmogorov-Smirnov distance of numbers, total variation of categories; missing cells count as a category."""
    if not is_number(context.table[name]):
        codes = context.codes[name]
        shares = [codes[mask].value_counts(normalize=True) for mask in (holdout, ~holdout)]
        return float(shares[0].sub(shares[1], fill_value=0).abs().sum()) / 2
    values = context.numbers(name)
    missing = np.isnan(values)
    apart = abs(float(missing[holdout].mean()) - float(missing[~holdout].mean()))
    left, right = np.sort(values[holdout & ~missing]), np.sort(values[~holdout & ~missing])
    if not len(left) or not len(right):
        return apart
    grid = np.concatenate([left, right])
    gaps = np.searchsorted(left, grid, "right") / len(left) - np.searchsorted(right, grid, "right") / len(right)
    return max(apart, float(np.abs(gaps).max()))


# In fit there is no holdout.
ENTRY = Check("Drift between the given training and holdout rows", _run, for_samples=True, in_fit=False)
