"""Single columns that leak the target."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.checks.context import CheckContext, hashable, is_number
from automl_flow.checks.finding import Check, Finding
from automl_flow.core.errors import listed
from automl_flow.core.seeds import generator
from automl_flow.tasks.cells import written
from automl_flow.tasks.spec import TaskSpec

_MIN_ROWS = 50
_SAMPLE = 2000
_MIN_ROWS_PER_BIN = 5
_SUSPECT = 0.98  # out-of-fold skill of one column: 0 is chance, 1 is perfect


def _run(context: CheckContext) -> list[Finding]:
    if len(context.labels) < _MIN_ROWS or context.labels.nunique() < 2:
        return []
    rows = _sample(context.labels.index.to_numpy())
    targets = _targets(context.table[context.task.target_name].iloc[rows], context.task)
    half = generator(0, "target_leakage", "half").permutation(len(rows)) % 2 == 0
    copies: list[str] = []
    scores: dict[str, float] = {}
    for name in context.features:
        values = np.clip(_values(context, name, rows), -1e30, 1e30)  # infinities have no neighbours
        if _is_copy(values, targets[0], context.task):
            copies.append(name)
        elif (score := max(_explained(values, target, half, context.task) for target in targets)) >= _SUSPECT:
            scores[name] = score
    return [*_copied(copies, context), *_suspected(scores, context.task)]


def _sample(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """At most ``_SAMPLE`` rows, always the same."""
    if len(rows) <= _SAMPLE:
        return rows
    return np.sort(generator(0, "target_leakage").choice(rows, _SAMPLE, replace=False))


def _values(context: CheckContext, name: str, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return numbers, or the alphabetical rank of labels.

    Codes by first occurrence would leak the target in a table that is sorted by it.
    """
    column = context.table[name]
    if is_number(column):
        return context.numbers(name)[rows]
    texts = hashable(column.iloc[rows]).astype(object).map(written, na_action="ignore")
    codes = pd.factorize(texts, sort=True)[0].astype(np.float64)
    return np.where(codes < 0, np.nan, codes)


def _targets(labels: pd.Series[Any], task: TaskSpec) -> tuple[NDArray[np.float64], ...]:
    """Return class codes; in a regression, ranks (robust against outliers) and values (that may have steps)."""
    if task.problem_type.has_classes:
        return (pd.factorize(hashable(labels))[0].astype(np.float64),)
    values = pd.to_numeric(labels, errors="coerce").clip(-1e30, 1e30)
    ranks = np.asarray(values.rank().fillna(0.0), dtype=np.float64)
    return ranks, np.asarray(values.fillna(values.median()).fillna(0.0), dtype=np.float64)


def _is_copy(values: NDArray[np.float64], target: NDArray[np.float64], task: TaskSpec) -> bool:
    """Whether *values* are a relabelled target, or, in a regression, a monotone function of it."""
    if np.isnan(values).any():
        return False
    if not task.problem_type.has_classes:
        ranks = pd.Series(values).rank().to_numpy(dtype=np.float64)
        return bool((ranks == target).all() or (ranks == len(target) + 1 - target).all())
    pairs = len(np.unique(np.column_stack([values, target]), axis=0))
    return pairs == len(np.unique(values)) == len(np.unique(target))


def _explained(
    values: NDArray[np.float64], target: NDArray[np.float64], half: NDArray[np.bool_], task: TaskSpec
) -> float:
    """Out-of-fold skill (two halves) of a lookup table over bins of one column: 0 is chance, 1 is perfect."""
    predicted = np.empty_like(target)
    for train in (half, ~half):
        bins = _bins(values, train)
        look_up = _classes if task.problem_type.has_classes else _means
        predicted[~train] = look_up(bins[train], target[train], int(bins.max()) + 1)[bins[~train]]
    if not task.problem_type.has_classes:
        return 1 - float(np.mean((predicted - target) ** 2)) / max(float(np.var(target)), 1e-12)
    classes = np.unique(target)
    hits = float(np.mean([(predicted[target == code] == code).mean() for code in classes]))
    return (hits - 1 / len(classes)) / (1 - 1 / len(classes))


def _bins(values: NDArray[np.float64], train: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Assign values to bins: one per value, or per few neighbouring values if there are many; missing is a bin."""
    present = values[train & ~np.isnan(values)]
    edges = np.unique(present)
    most = max(2, len(present) // _MIN_ROWS_PER_BIN)
    if len(edges) > most:
        edges = np.unique(np.quantile(present, np.linspace(0, 1, most + 1)))
    return np.where(np.isnan(values), len(edges) + 1, np.searchsorted(edges, values, side="right"))


def _classes(bins: NDArray[np.int64], target: NDArray[np.float64], n_bins: int) -> NDArray[np.float64]:
    """Return the class of each bin that is most over-represented in it."""
    classes, codes, counts = np.unique(target, return_inverse=True, return_counts=True)
    cells = np.bincount(bins * len(classes) + codes, 1 / counts[codes], minlength=n_bins * len(classes))
    return np.asarray(classes[cells.reshape(n_bins, len(classes)).argmax(axis=1)])


def _means(bins: NDArray[np.int64], target: NDArray[np.float64], n_bins: int) -> NDArray[np.float64]:
    """Return the mean target of each bin; the overall mean for an empty bin."""
    rows, sums = np.bincount(bins, minlength=n_bins), np.bincount(bins, target, minlength=n_bins)
    return np.where(rows > 0, sums / np.maximum(rows, 1), target.mean())


def _copied(copies: list[str], context: CheckContext) -> list[Finding]:
    """Say which columns are the target; where there are no others, a formula may be what is to be learned."""
    if not copies:
        return []
    return [
        Finding(
            "target_copy",
            "error" if len(copies) < len(context.features) else "warning",
            tuple(copies),
            f"{listed(copies)} {'is a copy' if len(copies) == 1 else 'are copies'} of the target "
            f"{context.task.target_name!r} (recoded or rescaled)",
            "Give them the role 'ignore'. If they really are known before the target, accept the finding: "
            "validation.accept: [target_copy], or accept=['target_copy'] of an estimator.",
        )
    ]


def _suspected(scores: dict[str, float], task: TaskSpec) -> list[Finding]:
    if not scores:
        return []
    described = [f"{name} ({score:.1%})" for name, score in scores.items()]
    return [
        Finding(
            "target_leakage",
            "warning",
            tuple(scores),
            f"alone, {listed(described)} {'explains' if len(scores) == 1 else 'explain'} nearly everything about "
            f"{task.target_name!r} on unseen rows",
            "Ask whether they are known at the time of prediction; if not, give them the role 'ignore'.",
        )
    ]


ENTRY = Check("Columns that leak the target", _run)
