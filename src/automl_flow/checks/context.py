"""Input of data checks: table, task, profile, and derived data that several checks share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.tasks.profile import Profile
from automl_flow.tasks.spec import TaskSpec


@dataclass(frozen=True)
class CheckContext:
    """A table to check, which is not changed.

    Attributes:
        table: The table as read, target included, rows numbered from 0, column names unique.
        task: The task.
        profile: The profile of *table*.
    """

    table: pd.DataFrame
    task: TaskSpec
    profile: Profile

    @cached_property
    def features(self) -> list[str]:
        """Feature columns in table order."""
        task = self.task
        apart = {*task.special_columns, task.group}
        apart |= {name for name, role in task.roles.items() if role == "ignore"}
        return [name for name in self.table.columns if name not in apart]

    @cached_property
    def labels(self) -> pd.Series[Any]:
        """The target of the rows that have one; without rows when there is no such column."""
        if self.task.target_name not in self.table:
            return pd.Series([], dtype=object)
        return hashable(self.table[self.task.target_name].dropna())

    @cached_property
    def class_counts(self) -> pd.Series[Any]:
        """Rows per class, most frequent first; empty in a regression."""
        if not self.task.problem_type.has_classes:
            return pd.Series([], dtype="int64")
        counts = self.labels.value_counts()
        return counts[counts > 0]  # pandas also counts absent categories

    @cached_property
    def codes(self) -> pd.DataFrame:
        """Integer codes of each column, -1 for missing; rows with equal codes are equal."""
        columns = {name: pd.factorize(hashable(self.table[name]))[0] for name in self.table.columns}
        return pd.DataFrame(columns, index=self.table.index)

    @cached_property
    def keys(self) -> list[str]:
        """Feature columns whose values are all distinct."""
        n_rows = len(self.table)
        return [name for name in self.features if n_rows and int(self.codes[name].max()) == n_rows - 1]

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a column as floats, shape (n,): values of numbers, codes of anything else; missing is NaN.

        Infinities stay.
        """
        column = self.table[name]
        if is_number(column):
            return column.to_numpy(dtype=np.float64, na_value=np.nan)
        codes = self.codes[name].to_numpy(dtype=np.float64)
        codes[codes < 0] = np.nan
        return codes


def is_number(column: pd.Series[Any]) -> bool:
    """Whether *column* holds numbers (booleans are not numbers here)."""
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def is_text(column: pd.Series[Any]) -> bool:
    """Whether *column* is stored as strings or as objects."""
    return bool(pd.api.types.is_string_dtype(column)) or column.dtype == object


def hashable(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return *column* with unhashable cells, such as lists, replaced by their text."""
    if isinstance(column.dtype, pd.ArrowDtype):
        import pyarrow as pa

        if pa.types.is_nested(column.dtype.pyarrow_dtype):
            column = column.astype(object)
    if column.dtype != object:
        return column
    return column.map(lambda cell: cell if isinstance(cell, (str, int, float)) else str(cell), na_action="ignore")


def first_rows(mask: NDArray[np.bool_], limit: int = 5) -> list[int]:
    """Positions (from 0) of the first *limit* rows where *mask* holds."""
    return [int(row) for row in np.flatnonzero(mask)[:limit]]
