"""Which models of a member predict: those of its folds, and how many of all rows.

A model of all rows has learned from more than the models of the folds, and several of them, with seeds of their own,
are better still. But the models of the folds differ more, and where most of the target is noise their mean helps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from automl_flow.models.family import ModelFamily
from automl_flow.tabular.candidate import Candidate
from automl_flow.tabular.fitting.fold_models import kept_folds

_ENCODING = 0.05  # microseconds to encode a value, measured on batches of some thousand rows


def encoding_work(n_columns: int) -> float:
    """Guess the microseconds to encode a row for the models of one fold, whose preprocessor is another one."""
    return _ENCODING * n_columns


def work(
    candidates: Sequence[Candidate],
    copies: Mapping[int, int],
    folds: Mapping[int, tuple[int, ...]],
    encoding: float,
) -> float:
    """Microseconds to predict a row with so many models of all rows and those folds' models, or one of either."""
    total = 0.0
    for candidate in candidates:
        whole, parts = copies.get(candidate.number, 0), len(folds.get(candidate.number, ()))
        total += candidate.work * ((whole + parts) or 1) + encoding * parts
    return total


def plan_folds(
    candidates: Sequence[Candidate],
    families: Mapping[str, ModelFamily],
    n_folds: int,
    max_work: float,
    encoding: float,
) -> dict[int, tuple[int, ...]]:
    """Say which folds' models a member should predict with, by its number.

    Args:
        candidates: Members, the most important first.
        families: Families by name; of those that are bagged all folds are taken, of others none.
        n_folds: Folds of a trial.
        max_work: Work to predict a row that is left for them.
        encoding: Work to encode a row for the models of one fold.
    """
    folds: dict[int, tuple[int, ...]] = {}
    for candidate in candidates:
        kept = kept_folds(families[candidate.family], n_folds)
        needed = (candidate.work + encoding) * len(kept)
        if len(kept) > 1 and needed <= max_work:
            folds[candidate.number] = kept
            max_work -= needed
    return folds


def plan_copies(
    candidates: Sequence[Candidate],
    families: Mapping[str, ModelFamily],
    most: int,
    max_work: float,
    *,
    folds: Mapping[int, tuple[int, ...]],
    encoding: float,
) -> dict[int, int]:
    """Say how many models of all rows each member should get, by its number.

    Args:
        candidates: The members, the most important first.
        families: Families by name; a family that draws nothing gets one model.
        most: Models of one member.
        max_work: Bound of the work to predict a row. The first model of each member is within it by the choice of
            members; further ones are added in turns, as long as they fit.
        folds: Folds whose models predict along with them, by the member's number.
        encoding: Work to encode a row for the models of one fold.
    """
    copies = {candidate.number: min(most, 1) for candidate in candidates}
    left = max_work - work(candidates, copies, folds, encoding)
    for turn in range(1, most):
        for candidate in candidates:
            fits = candidate.work <= left and copies[candidate.number] == turn
            if fits and families[candidate.family].seeded:
                copies[candidate.number] += 1
                left -= candidate.work
    return copies
