"""Features that are distributed differently in the given training and holdout rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from automl_flow.checks.finding import Check, Finding, counted, listed
from automl_flow.checks.view import TableView, is_number

_SUSPECT = 0.15


def _run(view: TableView) -> list[Finding]:
    table, task = view.table, view.task
    if task.split_column is None or task.split_column not in table:
        return []
    holdout = (table[task.split_column] == "holdout").to_numpy()
    n_holdout, n_train = int(holdout.sum()), int((~holdout).sum())
    if not n_holdout or not n_train:
        return []
    # What chance alone exceeds once in a thousand columns (two-sample Kolmogorov-Smirnov bound).
    chance = 1.95 * float(np.sqrt((n_holdout + n_train) / (n_holdout * n_train)))
    distances = {name: _distance(view, name, holdout) for name in view.features}
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
            "The search score may not predict the holdout score; ask which of the two resembles future data.",
        )
    ]


def _distance(view: TableView, name: str, holdout: NDArray[np.bool_]) -> float:
    """Kolmogorov-Smirnov distance of numbers, total variation of categories; missing is a value of its own."""
    if not is_number(view.table[name]):
        codes = view.codes[name]
        shares = [codes[mask].value_counts(normalize=True) for mask in (holdout, ~holdout)]
        return float(shares[0].sub(shares[1], fill_value=0).abs().sum()) / 2
    values = view.numbers(name)
    missing = np.isnan(values)
    apart = abs(float(missing[holdout].mean()) - float(missing[~holdout].mean()))
    left, right = np.sort(values[holdout & ~missing]), np.sort(values[~holdout & ~missing])
    if not len(left) or not len(right):
        return apart
    grid = np.concatenate([left, right])
    gaps = np.searchsorted(left, grid, "right") / len(left) - np.searchsorted(right, grid, "right") / len(right)
    return max(apart, float(np.abs(gaps).max()))


ENTRY = Check("Features that differ between given training and holdout rows", _run)
