"""Conditional parameters: learn from trials when a parameter takes part in a configuration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from automl_flow.nas.samplers._encoding import Matrix, Vector


@dataclass(frozen=True, eq=False)
class ActivityRule:
    """A parameter takes part according to the value of one other parameter.

    Attributes:
        column: The conditional parameter.
        parent: The parameter that decides.
        values: (k,) values of the parent that were seen, ascending; NaN (last) for "takes no part itself".
        outcome: (k,) whether the parameter took part then.
    """

    column: int
    parent: int
    values: Vector
    outcome: NDArray[np.bool_]

    def active(self, rows: Matrix) -> NDArray[np.bool_]:
        """Predict for (n, d) configurations; for a parent's value that was never seen the nearest decides."""
        numbers = rows[:, self.parent]
        missing = np.isnan(self.values)
        absent = bool(self.outcome[missing].all())  # True where no absent parent was seen
        if missing.all():
            return np.where(np.isnan(numbers), absent, True)
        gaps = np.abs(self.values[None, ~missing] - numbers[:, None])
        nearest = np.argmin(np.nan_to_num(gaps), axis=1)
        return np.where(np.isnan(numbers), absent, self.outcome[~missing][nearest])


def learn_activity(X: Matrix) -> tuple[ActivityRule, ...]:
    """Find a rule for every column of (n, d) *X* that has NaN, parents before their children.

    A parent is a column that takes part strictly more often and whose value decides, without exception so far,
    whether the child does. Where no single parent decides, there is no rule: the parameter counts as taking part.
    """
    if not len(X) or not np.isnan(X).any():
        return ()
    present = ~np.isnan(X)
    share = present.sum(axis=0)
    order = [int(c) for c in np.argsort(-share, kind="stable")]
    rules = []
    for column in order:
        if share[column] == len(X):
            continue
        parents = (p for p in order if share[p] > share[column])
        found = (rule for p in parents if (rule := _rule(X, present[:, column], column, p)) is not None)
        rule = next(found, None)
        if rule is not None:
            rules.append(rule)
    return tuple(rules)


def _rule(X: Matrix, present: NDArray[np.bool_], column: int, parent: int) -> ActivityRule | None:
    """The rule by which *parent* decides on *column*, or None when equal values go with different outcomes."""
    values, which = np.unique(X[:, parent], return_inverse=True, equal_nan=True)
    count = np.bincount(which, minlength=len(values))
    active = np.bincount(which, weights=present, minlength=len(values))
    if np.any((active > 0) & (active < count)):
        return None
    outcome = active > 0
    known = outcome[~np.isnan(values)]
    if len(values) > 0.7 * len(X) and np.count_nonzero(known[1:] != known[:-1]) > 1:
        return None  # nearly every value is unique, so that any parameter would seem to decide
    return ActivityRule(column, parent, values, outcome)
