"""What a sampler sees of a study: encoded configurations, one utility each, and what is still being evaluated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from optuna.study import Study
from optuna.trial import FrozenTrial

from automl_flow.nas.samplers._activity import ActivityRule, learn_activity
from automl_flow.nas.samplers._encoding import Dimension, Matrix, Vector, draw_rows, keys_of
from automl_flow.nas.samplers._utility import Several, utility

TRIES = 64  # draws before a configuration that was asked for already is accepted


@dataclass(frozen=True, eq=False)
class History:
    """A study as arrays.

    Attributes:
        dimensions: The parameters, d of them.
        X: (n, d) encoded configurations of the finished trials in the order of their numbers.
        utility: (n,) greater is better; see :func:`automl_flow.nas.samplers._utility.utility`.
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
        """Which parameters exist only under a condition, as far as the trials show it."""
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
    several: Several,
    rng: np.random.Generator,
) -> History:
    """Encode all trials of *study* that share a parameter with *dimensions*, other than *trial* itself.

    Args:
        study: The study; it is only read.
        trial: The trial that is being sampled.
        dimensions: The parameters to sample.
        several: What to do when the study has more than one objective.
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
        utility=utility(finished, study.directions, several, rng),
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
