"""The score by group of each sensitive column, and how far the groups are apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.evaluation.intervals import Holdout
from automl_flow.evaluation.resampling import Array
from automl_flow.tasks.metrics import Metric

_MANY_VALUES = 8  # numbers with more distinct values are cut into quartiles
_NEEDS_BOTH = ("roc_auc", "average_precision")


@dataclass(frozen=True)
class Group:
    """The rows of one group.

    Attributes:
        column: The sensitive column.
        value: The group.
        rows: Number of rows.
        score: The task's metric; ``None`` where it is undefined (a ranking metric with one class).
        base_rate: Share of the positive class among the true labels (binary).
        selection_rate: Share of rows that are predicted positive (binary).
        true_positive_rate: Share of the truly positive that are predicted positive (binary).
        false_positive_rate: Share of the truly negative that are predicted positive (binary).
        mean_error: Mean of prediction minus truth (regression).
    """

    column: str
    value: str
    rows: int
    score: float | None
    base_rate: float | None = None
    selection_rate: float | None = None
    true_positive_rate: float | None = None
    false_positive_rate: float | None = None
    mean_error: float | None = None


@dataclass(frozen=True)
class Gap:
    """How far the groups of a column are apart.

    Attributes:
        column: The sensitive column.
        measure: ``score``, ``selection_rate`` (demographic parity), ``true_positive_rate`` (equal opportunity),
            ``false_positive_rate``, ``equalised_odds`` (the larger of the last two), or ``mean_error``.
        difference: Largest minus smallest value over the groups that are large enough.
        ratio: Smallest over largest selection rate (the "four fifths" ratio); ``None`` for other measures.
    """

    column: str
    measure: str
    difference: float
    ratio: float | None = None


def group_rows(column: pd.Series[Any]) -> pd.Series[Any]:
    """Name the group of every row: its value, the quartile of a number with many values, or ``missing``.

    Returns:
        An ordered categorical series: numbers from low to high, other values in alphabetical order, missing last.
    """
    missing = column.isna()
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        names = sorted(column[~missing].astype(str).unique())
        groups = column.astype(str)
    else:
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        names, places = _number_groups(values)
        groups = pd.Series(np.asarray([*names, "missing"], dtype=object)[places], index=column.index)
    kind = pd.CategoricalDtype([*dict.fromkeys(names), "missing"], ordered=True)
    return groups.where(~missing, "missing").astype(kind)


def _number_groups(values: Array) -> tuple[list[str], NDArray[np.int64]]:
    """Names of groups of numbers from low to high, and the place of every value among them (missing: any)."""
    distinct = np.unique(values[~np.isnan(values)])
    if len(distinct) <= _MANY_VALUES:
        return [f"{value:.6g}" for value in distinct], np.searchsorted(distinct, values)
    edges = np.unique(np.quantile(values[~np.isnan(values)], [0.25, 0.5, 0.75]))
    between = [f"{low:.6g} to {high:.6g}" for low, high in pairwise(edges)]
    names = [f"below {edges[0]:.6g}", *between, f"{edges[-1]:.6g} and more"]
    return names, np.searchsorted(edges, values, side="right")


def slice_groups(holdout: Holdout, prediction: Array, metric: Metric, column: pd.Series[Any]) -> tuple[Group, ...]:
    """Score every group of *column*, in the order of :func:`group_rows`.

    Args:
        holdout: The rows that judge.
        prediction: Probabilities (n, k) or values (n,).
        metric: The task's metric.
        column: Values of a sensitive column, shape (n,).
    """
    groups = group_rows(column.reset_index(drop=True))
    found = []
    for value in groups.cat.categories:
        rows = np.flatnonzero((groups == value).to_numpy())
        if len(rows):
            found.append(_group(str(column.name), str(value), holdout.take(rows), prediction[rows], metric))
    return tuple(found)


def _group(column: str, value: str, rows: Holdout, prediction: Array, metric: Metric) -> Group:
    defined = metric.name not in _NEEDS_BOTH or len(np.unique(rows.y)) > 1
    score = rows.score(metric, prediction) if defined else None
    if metric.needs == "value":
        error = float(np.mean(prediction.reshape(-1) - rows.y.astype(np.float64)))
        return Group(column, value, len(rows.y), score, mean_error=error)
    if prediction.shape[1] != 2:
        return Group(column, value, len(rows.y), score)
    truth, chosen = rows.y == 1, prediction.argmax(axis=1) == 1
    return Group(
        column,
        value,
        len(rows.y),
        score,
        base_rate=_share(truth),
        selection_rate=_share(chosen),
        true_positive_rate=_share(chosen[truth]),
        false_positive_rate=_share(chosen[~truth]),
    )


def _share(mask: NDArray[np.bool_]) -> float | None:
    return float(mask.mean()) if len(mask) else None


def fairness_gaps(groups: Sequence[Group], smallest: int) -> tuple[Gap, ...]:
    """Return the differences between the groups of each column.

    Groups with fewer than *smallest* rows, and values that are undefined, are left out; a measure with fewer than
    two groups left has no gap.
    """
    gaps: list[Gap] = []
    for column in dict.fromkeys(group.column for group in groups):
        large = [group for group in groups if group.column == column and group.rows >= smallest]
        found: dict[str, Gap] = {}
        measures = ("score", "selection_rate", "true_positive_rate", "false_positive_rate", "mean_error")
        for measure in measures:
            values = [value for group in large if (value := getattr(group, measure)) is not None]
            if len(values) > 1:
                ratio = min(values) / max(values) if measure == "selection_rate" and max(values) > 0 else None
                found[measure] = Gap(column, measure, max(values) - min(values), ratio)
        odds = [found[m].difference for m in ("true_positive_rate", "false_positive_rate") if m in found]
        gaps += found.values()
        if len(odds) == 2:
            gaps.append(Gap(column, "equalised_odds", max(odds)))
    return tuple(gaps)
