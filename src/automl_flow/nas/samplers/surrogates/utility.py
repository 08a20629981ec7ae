"""One number per trial, greater is better, whatever the objective's scale, direction and number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState
from scipy.special import ndtri

from automl_flow.nas.samplers.surrogates.encoding import Matrix, Vector

MultiObjective = Literal["pareto", "scalarise"]
"""Reduction of several objectives to one: by non-dominated sorting, or by a random weighting drawn for each trial."""

FAILED, PRUNED, INFEASIBLE, COMPLETE = range(4)


def utility(
    trials: Sequence[FrozenTrial],
    directions: Sequence[StudyDirection],
    multi_objective: MultiObjective,
    rng: np.random.Generator,
) -> Vector:
    """Return the normal scores of the ranks of finished trials, (n,): neither scale nor outliers matter.

    Complete trials stand above those that break a constraint, these above pruned ones, and failed ones last: a
    configuration that runs out of memory is a bad one.

    Args:
        trials: The finished trials.
        directions: Of the objectives.
        multi_objective: What to do with more than one objective.
        rng: Draws the weights for ``"scalarise"``.
    """
    if not trials:
        return np.empty(0)
    tiers = np.array([_tier(t) for t in trials], dtype=float)
    values = np.zeros(len(trials))
    signs = np.array([1.0 if d == StudyDirection.MAXIMIZE else -1.0 for d in directions])
    complete = tiers == COMPLETE
    if complete.any():
        gains = np.array([t.values for t, done in zip(trials, complete, strict=True) if done]) * signs
        values[complete] = _combine(np.nan_to_num(gains), multi_objective, rng)
    for i, trial in enumerate(trials):
        if tiers[i] == INFEASIBLE:
            values[i] = -sum(max(c, 0.0) for c in trial.constraints.values())
        elif tiers[i] == PRUNED:
            values[i] = _progress(trial, signs[0])
    _, position = np.unique(np.column_stack([tiers, values]), axis=0, return_inverse=True)
    return np.asarray(ndtri((average_ranks(position.ravel()) - 0.5) / len(trials)), dtype=float)


def average_ranks(values: NDArray[Any]) -> Vector:
    """Ranks from 1; equal values share the mean of theirs (SciPy's is in a module that takes a second to load)."""
    _, which, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((last - (count - 1) / 2.0)[which], dtype=float)


def _tier(trial: FrozenTrial) -> int:
    if trial.state == TrialState.COMPLETE:
        return INFEASIBLE if any(c > 0.0 for c in trial.constraints.values()) else COMPLETE
    return PRUNED if trial.state == TrialState.PRUNED else FAILED


def _progress(trial: FrozenTrial, sign: float) -> float:
    """Order pruned trials by how far they came, then by what they reported last, squeezed between two steps."""
    step = trial.last_step
    if step is None:
        return -1.0
    value = sign * trial.intermediate_values[step]
    return float(step + 0.5 + np.arctan(value) / np.pi) if np.isfinite(value) else float(step)


def _combine(gains: Matrix, multi_objective: MultiObjective, rng: np.random.Generator) -> Vector:
    """Make one number of each row of (n, m) objectives, all to be maximised."""
    if gains.shape[1] == 1:
        return np.asarray(gains[:, 0])
    if multi_objective == "pareto":
        return _pareto(gains)
    ranks = np.column_stack([average_ranks(column) for column in gains.T]) / len(
        gains
    )  # (n, m), the objectives made comparable
    weights = rng.dirichlet(np.ones(gains.shape[1]))
    shortfall = weights * (1.0 - ranks)  # augmented Tchebycheff, Knowles 2006
    return np.asarray(-(shortfall.max(axis=1) + 0.05 * shortfall.sum(axis=1)))


def _pareto(gains: Matrix) -> Vector:
    """Negative number of the front plus a crowding term below 1 (Deb et al. 2002), (n,)."""
    as_good = (gains[:, None] >= gains[None]).all(axis=2)  # (n, n)
    dominates: NDArray[np.bool_] = np.asarray(as_good & (gains[:, None] > gains[None]).any(axis=2))
    result = np.zeros(len(gains))
    left, number = np.ones(len(gains), dtype=bool), 0
    while left.any():
        front = left & ~dominates[left].any(axis=0)
        result[front] = _crowding(gains[front]) - number
        left, number = left & ~front, number + 1
    return result


def _crowding(gains: Matrix) -> Vector:
    """Distance to the neighbours along the front, mapped to [0, 1); its ends get the most."""
    distance = np.zeros(len(gains))
    for column in gains.T:
        order = np.argsort(column, kind="stable")
        span = column[order[-1]] - column[order[0]]
        gap = np.full(len(gains), np.inf)
        if span > 0 and len(gains) > 2:
            gap[order[1:-1]] = (column[order[2:]] - column[order[:-2]]) / span
        distance += gap
    ends = np.isinf(distance)
    return np.where(ends, 0.999, np.where(ends, 0.0, distance) / (1.0 + np.where(ends, 0.0, distance)))
