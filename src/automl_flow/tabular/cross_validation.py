"""Default number of cross-validation folds, by rows and time."""

from __future__ import annotations

from automl_flow.tabular.schedule import MAX_TRIAL_FRACTION, MIN_CORE_SECONDS_OF_8_FOLDS
from automl_flow.tasks.splits import SplitConfig

_FEW_ROWS = 300  # below, folds are drawn twice: a score from so few rows depends on the draw
_MIDDLE_ROWS = 10_000
_MANY_ROWS = 40_000  # one validation part of these says enough, and steps cost more beyond the processor's cache
_CLASS_COST = 1.5  # of one class, relative to a table with two
_CELLS_PER_SECOND = (4e5, 8e4)  # training cells of one five-fold trial that a core-second buys, on fewer rows and more


def choose_folds(
    *, n_rows: int, n_columns: int, outputs: int, seconds: float | None, n_jobs: int, seed: int
) -> tuple[SplitConfig, int]:
    """Choose folds for a search.

    Five are the rule; more on small tables with much time (each model then learns from more rows), fewer on tables
    that are large for the time given, down to a single validation part.

    Args:
        n_rows: Rows to learn from.
        n_columns: Feature columns.
        outputs: Classes, or 1.
        seconds: Time of the search; ``None`` is no limit.
        n_jobs: Trials that run at the same time.
        seed: Seed of the draw.

    Returns:
        The split, and how many of its folds to use.
    """
    most = max(2, min(5, n_rows // 2))
    if n_rows < _FEW_ROWS:
        return SplitConfig(folds=most, repeats=2, seed=seed), 2 * most
    if seconds is None:
        return SplitConfig(folds=most, seed=seed), most
    several = _CLASS_COST * outputs if outputs > 2 else 1
    trial = n_rows * (n_columns + 10) * several / _CELLS_PER_SECOND[n_rows >= _MANY_ROWS]
    if (
        n_rows <= _MIDDLE_ROWS
        and seconds * n_jobs >= MIN_CORE_SECONDS_OF_8_FOLDS
        and 8 / 5 * trial <= MAX_TRIAL_FRACTION[8] * seconds
    ):
        return SplitConfig(folds=8, seed=seed), 8
    if trial <= MAX_TRIAL_FRACTION[5] * seconds:
        return SplitConfig(folds=most, seed=seed), most
    if trial * 3 / 5 <= MAX_TRIAL_FRACTION[3] * seconds and n_rows < _MANY_ROWS:
        return SplitConfig(folds=3, seed=seed), 3
    return SplitConfig(folds=5 if n_rows < 10 * _MIDDLE_ROWS else 10, seed=seed), 1
