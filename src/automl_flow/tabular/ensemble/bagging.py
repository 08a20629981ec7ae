"""Bagging plan: how many full-data models of each member predict, and with which fold models.

A full-data model has learned from more rows than the fold models, and several of them, with seeds of their own, are
better still. But fold models differ more, and where most of the target is noise their mean helps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.models.family import Array, ModelFamily
from automl_flow.tabular.candidate import Candidate
from automl_flow.tabular.fitting.fold_models import kept_folds
from automl_flow.tasks.problem_types import ProblemType

MIN_NOISE_FRACTION = 0.5  # of the deviance of the best constant, from which fold models help
_MICROSECONDS_PER_VALUE = 0.05  # to encode it, measured on batches of some thousand rows


def encoding_cost(n_columns: int) -> float:
    """Estimated microseconds to encode a row for the models of one fold, which has a preprocessor of its own."""
    return _MICROSECONDS_PER_VALUE * n_columns


def inference_cost(
    candidates: Sequence[Candidate],
    copies: Mapping[int, int],
    folds: Mapping[int, tuple[int, ...]],
    encoding: float,
) -> float:
    """Estimated microseconds to predict one row; a candidate with neither kind of model counts as one model.

    Args:
        candidates: Members, and the base models that they read.
        copies: Full-data models of each candidate, by its number.
        folds: Folds whose models predict, by the candidate's number.
        encoding: Cost to encode a row for the models of one fold.
    """
    total = 0.0
    for candidate in candidates:
        whole, parts = copies.get(candidate.number, 0), len(folds.get(candidate.number, ()))
        total += candidate.work * ((whole + parts) or 1) + encoding * parts
    return total


def plan_folds(
    candidates: Sequence[Candidate],
    families: Mapping[str, ModelFamily],
    n_folds: int,
    max_cost: float,
    encoding: float,
) -> dict[int, tuple[int, ...]]:
    """Fold models that members should predict with: the folds by the member's number.

    Args:
        candidates: Members, the most important first.
        families: Families by name; bagged ones predict with the models of all folds, others with none.
        n_folds: Folds of a trial.
        max_cost: Microseconds per row that are left for fold models.
        encoding: Cost to encode a row for the models of one fold.
    """
    folds: dict[int, tuple[int, ...]] = {}
    for candidate in candidates:
        kept = kept_folds(families[candidate.family], n_folds)
        needed = (candidate.work + encoding) * len(kept)
        if len(kept) > 1 and needed <= max_cost:
            folds[candidate.number] = kept
            max_cost -= needed
    return folds


def plan_copies(
    candidates: Sequence[Candidate],
    families: Mapping[str, ModelFamily],
    max_copies: int,
    max_cost: float,
    *,
    folds: Mapping[int, tuple[int, ...]],
    encoding: float,
) -> dict[int, int]:
    """Number of full-data models of each member, by its number.

    Args:
        candidates: The members, the most important first.
        families: Families by name; a family that draws nothing gets one model.
        max_copies: Models of one member.
        max_cost: Bound of the microseconds per row. The first model of each member is within it by the choice of
            members; further ones are added in turns, as long as they fit.
        folds: Folds whose models predict as well, by the member's number.
        encoding: Cost to encode a row for the models of one fold.
    """
    copies = {candidate.number: min(max_copies, 1) for candidate in candidates}
    left = max_cost - inference_cost(candidates, copies, folds, encoding)
    for turn in range(1, max_copies):
        for candidate in candidates:
            fits = candidate.work <= left and copies[candidate.number] == turn
            if fits and families[candidate.family].seeded:
                copies[candidate.number] += 1
                left -= candidate.work
    return copies


def mostly_noise(prediction: Array, y: NDArray[Any], kind: ProblemType, weight: Array | None = None) -> bool:
    """Whether out-of-fold predictions leave more than half of the deviance of the best constant.

    The deviance is the squared error of values (so half is an R² of 0.5), or the log loss of classes.

    Args:
        prediction: Probabilities (n, k), or values (n, 1).
        y: Class codes or values, shape (n,).
        kind: The problem type.
        weight: Sample weights.
    """
    constant = np.tile(kind.constant(y, prediction.shape[1], weight), (len(y), 1))
    left, of_constant = kind.deviance(y, prediction), kind.deviance(y, constant)
    return float(np.average(left, weights=weight)) > MIN_NOISE_FRACTION * float(np.average(of_constant, weights=weight))
