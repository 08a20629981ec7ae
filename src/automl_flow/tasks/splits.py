"""Splits as row positions: a holdout that no search sees, and cross-validation folds in the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from automl_flow.core.config import Config
from automl_flow.core.errors import DataError, nearest
from automl_flow.core.seeds import derive_seed, generator
from automl_flow.tasks.target import Target

Positions = NDArray[np.int64]
Fold = tuple[Positions, Positions]


class SplitConfig(Config):
    """Settings of the split.

    Attributes:
        holdout: Fraction of the rows that no search sees.
        folds: Number of folds of the remaining rows.
        repeats: Repetitions of the cross-validation with new folds (not with groups or time order).
        seed: Random seed.
    """

    holdout: float = Field(default=0.2, gt=0, lt=1)
    folds: int = Field(default=5, ge=2, le=50)
    repeats: int = Field(default=1, ge=1, le=20)
    seed: int = Field(default=42, ge=-(2**63), lt=2**63)


@dataclass(frozen=True)
class Split:
    """Row positions of the parts of a table.

    Attributes:
        train: Rows for searches, sorted.
        holdout: Rows for the final evaluation, sorted.
        folds: (training, validation) pairs inside *train*. Validation parts cover *train* once per repeat, except
            in time order, where the earliest rows are only used for training.
    """

    train: Positions
    holdout: Positions
    folds: tuple[Fold, ...]

    def to_document(self) -> dict[str, Any]:
        """Return the split as a JSON document."""
        folds = [{"train": fit.tolist(), "valid": valid.tolist()} for fit, valid in self.folds]
        return {"train": self.train.tolist(), "holdout": self.holdout.tolist(), "folds": folds}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Split:
        """Restore a split from :meth:`to_document`."""
        folds = tuple((_positions(fold["train"]), _positions(fold["valid"])) for fold in document["folds"])
        return cls(_positions(document["train"]), _positions(document["holdout"]), folds)

    def local_folds(self) -> tuple[Fold, ...]:
        """Return the folds as positions inside ``train``, for tables of the training rows."""
        return tuple(
            (np.searchsorted(self.train, fit), np.searchsorted(self.train, valid)) for fit, valid in self.folds
        )


def make_split(
    target: Target,
    config: SplitConfig,
    groups: NDArray[Any] | None = None,
    time: NDArray[Any] | None = None,
    given: NDArray[Any] | None = None,
) -> Split:
    """Split rows into training and holdout, and training into folds.

    Args:
        target: The target, for stratification: classes, labels, or quantiles of values (of several outputs, of their
            first principal component).
        config: Sizes and seed.
        groups: Group of each row; a group is never split.
        time: Sortable time of each row; the holdout is the latest part.
        given: ``"train"`` or ``"holdout"`` for each row; overrides the size of the holdout.

    Raises:
        DataError: There are too few rows or groups, or *given* has invalid values.
    """
    n = len(target.values)
    if given is not None:
        holdout = _given_holdout(given)
    elif time is not None:
        holdout = np.argsort(time, kind="stable")[n - max(1, round(config.holdout * n)) :]
    else:
        parts = max(2, round(1 / config.holdout))
        holdout = _parts(target, parts, derive_seed(config.seed, "holdout"), groups)[0]
    mask = np.zeros(n, dtype=bool)
    mask[holdout] = True
    train = np.flatnonzero(~mask)
    if len(train) < config.folds or not mask.any():
        raise DataError(f"{n} rows are too few for a holdout of {config.holdout:g} and {config.folds} folds")
    local = make_folds(
        target.take(train),
        config,
        groups=None if groups is None else groups[train],
        time=None if time is None else time[train],
    )
    return Split(train, np.flatnonzero(mask), tuple((train[fit], train[valid]) for fit, valid in local))


def make_folds(
    target: Target,
    config: SplitConfig,
    groups: NDArray[Any] | None = None,
    time: NDArray[Any] | None = None,
) -> tuple[Fold, ...]:
    """Split all rows into folds for cross-validation; see :class:`Split` for what they cover.

    Args:
        target: Target of the rows; classes are stratified.
        config: Number of folds, repeats and seed.
        groups: Group of each row, (n,); a group is never split.
        time: Time of each row, (n,); validation rows are later than training rows.

    Raises:
        DataError: There are fewer rows or groups than folds, or both groups and time.
    """
    n = len(target.values)
    if n < config.folds:
        raise DataError(f"{n} rows cannot make {config.folds} folds")
    if time is not None and groups is not None:
        raise DataError("folds can respect groups or time order, not both; leave one of them out")
    if time is not None:
        return _time_folds(np.argsort(time, kind="stable"), config.folds)
    repeats = config.repeats if groups is None else 1
    seeds = [derive_seed(config.seed, "folds", repeat) for repeat in range(repeats)]
    everything = np.arange(n)
    return tuple(
        (np.setdiff1d(everything, valid), valid)
        for seed in seeds
        for valid in _parts(target, config.folds, seed, groups)
    )


def _parts(target: Target, count: int, seed: int, groups: NDArray[Any] | None) -> list[Positions]:
    """Split the rows into *count* sorted parts of equal size, stratified by the target."""
    if groups is not None:
        return _group_parts(target, count, seed, groups)
    n = len(target.values)
    rng = generator(seed, "parts")
    if target.values.ndim == 2 and target.values.dtype.kind == "i":
        part = _label_parts(target.values, count, rng)
        return [np.flatnonzero(part == k) for k in range(count)]
    order = rng.permutation(n)
    order = order[np.argsort(target.summary()[order], kind="stable")]
    # Neighbours in target order go to different parts, in a new random order each round: every part gets each class
    # (or quantile) in proportion, and rare classes are spread as widely as possible.
    rounds = -(-n // count)
    part = rng.permuted(np.tile(np.arange(count), (rounds, 1)), axis=1).ravel()[:n]
    if target.classes is not None:
        part = np.arange(n) % count
    return [np.sort(order[part == k]) for k in range(count)]


def _label_parts(labels: NDArray[np.int64], count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Iterative stratification (Sechidis et al., ECML 2011): the rarest label is dealt first.

    A row goes to the part that lacks most rows of that label; of equals, to the part that lacks most rows, and of
    these to one drawn at random.

    Args:
        labels: 0/1, shape (n, k).
        count: Number of parts.
        rng: Orders the rows and breaks ties.

    Returns:
        Part of each row, shape (n,).
    """
    n = len(labels)
    part = np.full(n, -1, dtype=np.int64)
    order = rng.permutation(n)
    lacking_rows = np.full(count, n / count)
    lacking = np.tile(labels.sum(axis=0) / count, (count, 1))  # (parts, k)
    while True:
        open_rows = order[part[order] < 0]
        left = labels[open_rows].sum(axis=0)
        if not left.any():
            break
        rarest = int(np.argmin(np.where(left > 0, left, n + 1)))
        for row in open_rows[labels[open_rows, rarest] == 1]:
            chosen = _neediest(lacking[:, rarest], lacking_rows, rng)
            part[row] = chosen
            lacking[chosen] -= labels[row]
            lacking_rows[chosen] -= 1
    for row in open_rows:  # rows without labels fill the parts up
        part[row] = _neediest(lacking_rows, lacking_rows, rng)
        lacking_rows[part[row]] -= 1
    return part


def _neediest(need: NDArray[np.float64], rows: NDArray[np.float64], rng: np.random.Generator) -> int:
    best = np.flatnonzero(need == need.max())
    best = best[rows[best] == rows[best].max()]
    return int(best[0] if len(best) == 1 else rng.choice(best))


def _group_parts(target: Target, count: int, seed: int, groups: NDArray[Any]) -> list[Positions]:
    from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

    distinct = len(set(groups.tolist()))
    if distinct < count:
        raise DataError(f"{distinct} groups cannot make {count} parts, because a group is never split")
    labels = target.summary()
    stratify = target.classes is not None and np.bincount(labels).max() >= count
    kind = StratifiedGroupKFold if stratify else GroupKFold
    splitter = kind(n_splits=count, shuffle=True, random_state=seed)
    return [np.sort(valid) for _, valid in splitter.split(labels, labels, groups)]


def _time_folds(order: Positions, count: int) -> tuple[Fold, ...]:
    """Expanding windows: fold k trains on the first k+1 blocks and validates on the next."""
    blocks = np.array_split(order, count + 1)
    return tuple((np.sort(np.concatenate(blocks[: k + 1])), np.sort(blocks[k + 1])) for k in range(count))


def _given_holdout(given: NDArray[Any]) -> Positions:
    values = np.asarray(given).astype(str)
    unknown = sorted(set(values.tolist()) - {"train", "holdout"})
    if unknown:
        raise DataError(f"a given split must hold 'train' or 'holdout', got {unknown[0]!r}{nearest(unknown[0], [])}")
    return np.flatnonzero(values == "holdout")


def _positions(values: Any) -> Positions:
    return np.asarray(values, dtype=np.int64)
