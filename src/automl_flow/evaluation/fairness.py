"""The score by group of each sensitive column, and how far the groups are apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.seeds import derive_seed, generator
from automl_flow.evaluation.intervals import (
    Holdout,
    Interval,
    Rate,
    bootstrap_scores,
    difference,
    interval,
    rate,
    ratio,
)
from automl_flow.evaluation.resampling import Array
from automl_flow.tasks.metrics import Metric

_MAX_VALUES = 8  # numbers with more distinct values are cut into quartiles
_NEEDS_BOTH = ("roc_auc", "average_precision")
RATES = ("favourable_rate", "selection_rate", "true_positive_rate", "false_positive_rate")


@dataclass(frozen=True)
class Audit:
    """How groups are looked at.

    Attributes:
        metric: The task's metric.
        favourable: Code of the outcome that is good for the person concerned (binary); ``None``: it is not known.
        smallest: Rows from which a group is evaluated; of a smaller one there is the count of its rows alone.
        resamples: Bootstrap resamples of a group for the interval of its score.
        confidence: Coverage of the intervals.
        seed: Draws the resamples.
    """

    metric: Metric
    favourable: int | None
    smallest: int
    resamples: int
    confidence: float
    seed: int


@dataclass(frozen=True)
class Group:
    """The rows of one group.

    Attributes:
        column: The sensitive column.
        value: The group.
        rows: Number of rows.
        score: The task's metric, with a bootstrap interval; ``None`` where it is undefined (a ranking metric with one
            class) or the group is too small, as with all that follows.
        base_rate: Share of the positive class among the true labels (binary).
        selection_rate: Share of rows that are predicted positive (binary).
        favourable_rate: Share of rows that are predicted to have the favourable outcome, where that is known (binary).
        true_positive_rate: Share of the truly positive that are predicted positive (binary).
        false_positive_rate: Share of the truly negative that are predicted positive (binary).
        mean_error: Mean of prediction minus truth, with a bootstrap interval (regression).
    """

    column: str
    value: str
    rows: int
    score: Interval | None = None
    base_rate: Rate | None = None
    selection_rate: Rate | None = None
    favourable_rate: Rate | None = None
    true_positive_rate: Rate | None = None
    false_positive_rate: Rate | None = None
    mean_error: Interval | None = None


@dataclass(frozen=True)
class Gap:
    """How far the groups of a column are apart: the one with the largest value from the one with the smallest.

    Attributes:
        column: The sensitive column.
        measure: ``score``, ``selection_rate`` (demographic parity), ``favourable_rate``, ``true_positive_rate``,
            ``false_positive_rate``, ``equalised_odds`` (the larger of the last two), or ``mean_error``.
        largest: Group with the largest value.
        smallest: Group with the smallest value.
        difference: Largest minus smallest value; its interval is that of two groups that were chosen beforehand.
        ratio: Smallest over largest favourable rate (the "four fifths" ratio); ``None`` for other measures.
    """

    column: str
    measure: str
    largest: str
    smallest: str
    difference: Interval
    ratio: Interval | None = None


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
    if len(distinct) <= _MAX_VALUES:
        return [f"{value:.6g}" for value in distinct], np.searchsorted(distinct, values)
    edges = np.unique(np.quantile(values[~np.isnan(values)], [0.25, 0.5, 0.75]))
    between = [f"{low:.6g} to {high:.6g}" for low, high in pairwise(edges)]
    names = [f"below {edges[0]:.6g}", *between, f"{edges[-1]:.6g} and more"]
    return names, np.searchsorted(edges, values, side="right")


def slice_groups(holdout: Holdout, prediction: Array, column: pd.Series[Any], audit: Audit) -> tuple[Group, ...]:
    """Score every group of *column*, in the order of :func:`group_rows`.

    Args:
        holdout: The rows to score on.
        prediction: Probabilities (n, k) or values (n,). Of several targets, (n, k), the metric alone is compared.
        column: Values of a sensitive column, shape (n,).
        audit: How groups are looked at.
    """
    groups = group_rows(column.reset_index(drop=True))
    found = []
    for value in groups.cat.categories:
        rows = np.flatnonzero((groups == value).to_numpy())
        if len(rows):
            found.append(_group(str(column.name), str(value), holdout.take(rows), prediction[rows], audit))
    return tuple(found)


def _group(column: str, value: str, rows: Holdout, prediction: Array, audit: Audit) -> Group:
    n, metric = len(rows.y), audit.metric
    if n < audit.smallest:
        return Group(column, value, n)
    defined = metric.name not in _NEEDS_BOTH or len(np.unique(rows.y)) > 1
    score = _score(rows, prediction, audit, f"{column} {value}") if defined else None
    if metric.needs == "value" and rows.y.ndim == 1:
        return Group(column, value, n, score, mean_error=_mean_error(rows, prediction, audit, f"{column} {value}"))
    if rows.y.ndim == 2 or prediction.shape[1] != 2:
        return Group(column, value, n, score)
    truth, chosen = rows.y == 1, prediction.argmax(axis=1) == 1

    def share(mask: NDArray[np.bool_]) -> Rate | None:
        return rate(mask, audit.confidence)

    return Group(
        column,
        value,
        n,
        score,
        base_rate=share(truth),
        selection_rate=share(chosen),
        favourable_rate=None if audit.favourable is None else share(chosen == bool(audit.favourable)),
        true_positive_rate=share(chosen[truth]),
        false_positive_rate=share(chosen[~truth]),
    )


def _score(rows: Holdout, prediction: Array, audit: Audit, name: str) -> Interval:
    jobs = {"group": (audit.metric, prediction)}
    draws = bootstrap_scores(rows, jobs, audit.resamples, derive_seed(audit.seed, "group", name))["group"]
    return interval(rows.score(audit.metric, prediction), draws, audit.confidence)


def _mean_error(rows: Holdout, prediction: Array, audit: Audit, name: str) -> Interval:
    errors = prediction.reshape(-1) - rows.y.astype(np.float64)
    draws = generator(audit.seed, "group error", name).choice(errors, (audit.resamples, len(errors))).mean(axis=1)
    return interval(float(errors.mean()), draws, audit.confidence)


def fairness_gaps(groups: Sequence[Group], confidence: float) -> tuple[Gap, ...]:
    """Return the differences between the groups of each column.

    Groups that are too small, and values that are undefined, are left out; a measure with fewer than two groups left
    has no gap.
    """
    gaps: list[Gap] = []
    for column in dict.fromkeys(group.column for group in groups):
        own = [group for group in groups if group.column == column]
        found = {m: gap for m in ("score", *RATES, "mean_error") if (gap := _gap(own, m, confidence)) is not None}
        gaps += found.values()
        odds = [found[m] for m in ("true_positive_rate", "false_positive_rate") if m in found]
        if len(odds) == 2:
            most = max(odds, key=lambda gap: gap.difference.value)
            gaps.append(Gap(column, "equalised_odds", most.largest, most.smallest, most.difference))
    return tuple(gaps)


def _gap(groups: Sequence[Group], measure: str, confidence: float) -> Gap | None:
    """The largest value of a measure against the smallest."""
    known = [(group.value, value) for group in groups if (value := getattr(group, measure)) is not None]
    if len(known) < 2:
        return None
    (top, large), (bottom, small) = max(known, key=lambda p: p[1].value), min(known, key=lambda p: p[1].value)
    fifths = ratio(small, large, confidence) if measure == "favourable_rate" else None
    return Gap(groups[0].column, measure, top, bottom, difference(large, small), fifths)
