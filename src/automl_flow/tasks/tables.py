"""The columns of a table: their names, those that a task names, and those that are features."""

from __future__ import annotations

import warnings
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.errors import DataError, nearest, quoted, shown
from automl_flow.tasks.cells import plain_cells
from automl_flow.tasks.spec import TaskSpec

_OTHER_SEPARATORS = (";", "\t", "|")


def check_columns(table: pd.DataFrame, source: str) -> pd.DataFrame:
    """Return *table* with text column names, and with cells that every library can work with.

    Raises:
        DataError: Two columns have the same name.
    """
    names = [str(column) for column in table.columns]
    refuse_repeated(names, source)
    return plain_cells(table.set_axis(names, axis=1))


def refuse_repeated(names: list[str], source: str) -> None:
    """Raise a ``DataError`` if two columns of *source* have the same name."""
    repeated = sorted(name for name, times in Counter(names).items() if times > 1)
    if repeated:
        raise DataError(f"{source}: duplicate column names: {', '.join(map(shown, repeated))}")


def require_columns(table: pd.DataFrame, columns: dict[str, str], source: str) -> None:
    """Check that *table* has columns.

    Args:
        table: The table.
        columns: Names of columns, each with the key under which it was given.
        source: Where the keys stand.

    Raises:
        DataError: Names the first column that is missing, its key, and the nearest column.
    """
    for name, key in columns.items():
        if name not in table.columns:
            found = nearest(name, table.columns) + _separated_otherwise(table)
            raise DataError(f"{source}.{key}: the table has no column {quoted(name)}{found}")


def _separated_otherwise(table: pd.DataFrame) -> str:
    """The end of a sentence where a table of one column looks like one of several."""
    only = str(table.columns[0]) if table.shape[1] == 1 else ""
    mark = next((mark for mark in _OTHER_SEPARATORS if mark in only), "")
    return f"; cells seem to be separated by {quoted(mark)}: save the file with commas" if mark else ""


def named_columns(task: TaskSpec) -> dict[str, str]:
    """Columns that a task names, each with its key."""
    single: dict[str, Any] = {"group": task.group, "time": task.time, "weight": task.weight}
    single["split_column"] = task.split_column
    return {
        **dict.fromkeys(task.targets, "target"),
        **{name: key for key, name in single.items() if name is not None},
        **dict.fromkeys(task.sensitive, "sensitive"),
        **dict.fromkeys(task.roles, "roles"),
        **dict.fromkeys(task.orders, "orders"),
        **dict.fromkeys(task.monotone, "monotone"),
    }


def time_of(table: pd.DataFrame, task: TaskSpec) -> NDArray[Any] | None:
    """Return the time of every row as something that can be sorted; ``None`` where no column orders the rows.

    Raises:
        DataError: There is no such column, or a value is neither a number nor a time.
    """
    if task.time is None:
        return None
    require_columns(table, {task.time: "time"}, task.name)
    column = table[task.time]
    numbers = pd.to_numeric(column, errors="coerce") if column.dtype.kind != "M" else column
    values = numbers if numbers.notna().all() else _as_times(column)
    unreadable = np.flatnonzero(values.isna().to_numpy())
    if len(unreadable):
        row = int(unreadable[0])
        value = quoted(str(column.iloc[row]))
        raise DataError(
            f"{task.name}.time: column {quoted(task.time)} orders the rows, but {value} in row {row} is not a "
            f"timestamp ({len(unreadable)} such rows); fill or drop them"
        )
    return values.to_numpy()


def _as_times(column: pd.Series[Any]) -> pd.Series[Any]:
    """Read times; those that are written with the day first are read so where that fits all of them."""
    for day_first in (False, True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that no one format was found: asked and answered here
            times = pd.to_datetime(column, errors="coerce", utc=True, dayfirst=day_first)
        if times.notna().all():
            break
    else:
        times = pd.to_datetime(column, errors="coerce", utc=True, format="mixed")
    return times.dt.tz_convert(None)


def features(table: pd.DataFrame, task: TaskSpec) -> pd.DataFrame:
    """Return the columns that a model may see: all but target, weight and given split."""
    return table.drop(columns=[c for c in task.special_columns if c in table.columns])
