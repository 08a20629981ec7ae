"""A study as a sampler sees it: encoded configurations, one utility each, and the trials that are still running.

Conditional parameters are learned from the trials: :class:`ActivityRule` predicts when a parameter takes part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from optuna.study import Study
from optuna.trial import FrozenTrial

from automl_flow.nas.samplers.surrogates.encoding import Dimension, Matrix, Vector, draw_rows, keys_of
from automl_flow.nas.samplers.surrogates.utility import MultiObjective, utility

TRIES = 64  # draws before a configuration that was asked for already is accepted


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


@dataclass(frozen=True, eq=False)
class History:
    """A study as arrays.

    Attributes:
        dimensions: The parameters, d of them.
        X: (n, d) encoded configurations of the finished trials in the order of their numbers.
        utility: (n,) greater is better; see :func:`automl_flow.nas.samplers.surrogates.utility.utility`.
        pending: (m, d) encoded configurations of the trials that are being evaluated.
    """

    dimensions: tuple[Dimension, ...]
    X: Matrix
    utility: Vector
    pending: Matrix

    @cached_property
    def seen(self) -> frozenset[bytes]:
        """Keys of all configurations that were asked for, failed and pending ones included."""
        return frozenset(keys_of(np.concatenate([self.X, self.pending])))

    @cached_property
    def activity(self) -> tuple[ActivityRule, ...]:
        """Rules of the conditional parameters, as far as the trials show them."""
        return learn_activity(self.X)

    @property
    def asked(self) -> int:
        """Number of configurations known, pending ones included."""
        return len(self.X) + len(self.pending)

    def effective(self, rows: Matrix) -> Matrix:
        """Return (n, d) *rows* with NaN in place of the parameters that will probably not be used."""
        if not self.activity:
            return rows
        rows = rows.copy()
        for rule in self.activity:
            rows[~rule.active(rows), rule.column] = np.nan
        return rows

    def is_new(self, rows: Matrix) -> NDArray[np.bool_]:
        """Say for each of (n, d) *rows* whether the configuration was never asked for."""
        return np.array([key not in self.seen for key in keys_of(self.effective(rows))], dtype=bool)

    def fill(self, rows: Matrix, rng: np.random.Generator) -> Matrix:
        """Return *rows* with random values in place of NaN, so that every parameter has one."""
        return np.where(np.isnan(rows), draw_rows(self.dimensions, rng, len(rows)), rows)

    def mutate(self, rows: Matrix, changes: NDArray[np.int64], rng: np.random.Generator) -> Matrix:
        """Change ``changes[i]`` of the parameters that row i uses; (n, d) without NaN."""
        children = self.fill(rows, rng)
        free = np.array([d.levels != 1 for d in self.dimensions])
        rank = rng.random(children.shape)
        rank[np.isnan(self.effective(children)) | ~free] = 2.0
        chosen = (np.argsort(np.argsort(rank, axis=1), axis=1) < changes[:, None]) & (rank < 1.5)
        for j, dimension in enumerate(self.dimensions):
            mask = chosen[:, j]
            if mask.any():
                children[mask, j] = dimension.mutate(children[mask, j], rng)
        return children

    def draw_new(self, rng: np.random.Generator) -> Vector:
        """Draw a configuration at random, (d,): a new one, or any when all seem to have been asked for."""
        rows = draw_rows(self.dimensions, rng, TRIES)
        return np.asarray(rows[int(np.argmax(self.is_new(rows)))])


def read_history(
    study: Study,
    trial: FrozenTrial,
    dimensions: tuple[Dimension, ...],
    multi_objective: MultiObjective,
    rng: np.random.Generator,
) -> History:
    """Encode all trials of *study* that share a parameter with *dimensions*, other than *trial* itself.

    Args:
        study: The study; it is only read.
        trial: The trial that is being sampled.
        dimensions: The parameters to sample.
        multi_objective: What to do when the study has more than one objective.
        rng: Draws the weights for ``"scalarise"``.
    """
    names = {dimension.name for dimension in dimensions}
    trials = [
        t for t in study.get_trials(deepcopy=False) if t.number != trial.number and not names.isdisjoint(t.params)
    ]
    finished = [t for t in trials if t.state.is_finished()]
    return History(
        dimensions=dimensions,
        X=_encode(finished, dimensions),
        utility=utility(finished, study.directions, multi_objective, rng),
        pending=_encode([t for t in trials if not t.state.is_finished()], dimensions),
    )


def _encode(trials: Sequence[FrozenTrial], dimensions: Sequence[Dimension]) -> Matrix:
    X = np.full((len(trials), len(dimensions)), np.nan)
    for i, trial in enumerate(trials):
        params = trial.params
        for j, dimension in enumerate(dimensions):
            if dimension.name in params:
                X[i, j] = dimension.encode(params[dimension.name])
    return X
