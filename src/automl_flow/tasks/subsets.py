"""Subsets of a task's rows: raw features, encoded target, weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.tasks.arrays import ArrayData
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import Positions
from automl_flow.tasks.tables import features
from automl_flow.tasks.target import Target, encode_target


@dataclass(frozen=True)
class Subset:
    """Some rows of a task.

    Attributes:
        x: Raw feature columns (DataFrame), images (n, h, w, c) or sequences (n, channels, steps).
        target: Their target, encoded with the classes of all rows of the task.
        weight: Their sample weights, (n,), where the task has them.
    """

    x: Any
    target: Target
    weight: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.x)

    def take(self, rows: Positions) -> Subset:
        """The rows at some positions; rows of a table are numbered anew."""
        x = self.x.iloc[rows].reset_index(drop=True) if isinstance(self.x, pd.DataFrame) else self.x[rows]
        return Subset(x, self.target.take(rows), None if self.weight is None else self.weight[rows])


def all_rows(data: pd.DataFrame | ArrayData, task: TaskSpec) -> Subset:
    """All rows of a table, or all samples.

    Raises:
        DataError: See :func:`automl_flow.tasks.target.encode_target`.
    """
    if isinstance(data, ArrayData):
        return Subset(data.x, encode_target(data.y, task))
    weight = None if task.weight is None else data[task.weight].to_numpy(dtype=np.float64)
    names = list(task.targets)
    return Subset(features(data, task), encode_target(data[names] if len(names) > 1 else data[names[0]], task), weight)
