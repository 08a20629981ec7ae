"""The training rows and the holdout of a task, cut once here for all stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.tasks.arrays import ArrayData
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import Fold, Positions, Split
from automl_flow.tasks.tables import features
from automl_flow.tasks.target import Target, encode_target


@dataclass(frozen=True)
class Part:
    """Some rows of a task.

    Attributes:
        x: Raw feature columns, or samples.
        target: Their target, encoded with the classes of all rows.
        weight: Their weights, where the task has them.
    """

    x: Any
    target: Target
    weight: NDArray[np.float64] | None


@dataclass(frozen=True)
class Parts:
    """A task's rows, divided.

    Attributes:
        train: Rows that searches may use.
        holdout: Rows for the evaluation alone.
        folds: Folds as positions in the training rows.
    """

    train: Part
    holdout: Part
    folds: tuple[Fold, ...]


def whole_table(table: pd.DataFrame, task: TaskSpec) -> Part:
    """All rows of a table."""
    return Part(features(table, task), encode_target(table[task.target], task), _weight(table, task))


def cut_table(table: pd.DataFrame, task: TaskSpec, split: Split) -> Parts:
    """Divide a table by a stored split."""
    whole = whole_table(table, task)
    return _cut(whole.x, whole.target, whole.weight, split)


def _weight(table: pd.DataFrame, task: TaskSpec) -> NDArray[np.float64] | None:
    return None if task.weight is None else table[task.weight].to_numpy(dtype=np.float64)


def cut_samples(data: ArrayData, task: TaskSpec, split: Split) -> Parts:
    """Divide images or sequences by a stored split."""
    return _cut(data.x, encode_target(data.y, task), None, split)


def _cut(x: Any, target: Target, weight: NDArray[np.float64] | None, split: Split) -> Parts:
    def part(rows: Positions) -> Part:
        chosen = x.iloc[rows].reset_index(drop=True) if isinstance(x, pd.DataFrame) else x[rows]
        return Part(chosen, target.take(rows), None if weight is None else weight[rows])

    return Parts(part(split.train), part(split.holdout), split.local_folds())
