"""Reading tables, and the columns that are features."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.errors import DataError, nearest
from automl_flow.tasks.spec import TaskSpec


def _read_jsonl(path: Path) -> pd.DataFrame:
    return pd.read_json(path, lines=True)


def _read_tsv(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, sep="\t")


READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    ".csv": pd.read_csv,
    ".tsv": _read_tsv,
    ".parquet": pd.read_parquet,
    ".jsonl": _read_jsonl,
}


def read_table(path: Path, source: str = "") -> pd.DataFrame:
    """Read a table from a CSV, TSV, Parquet or JSON-lines file.

    Args:
        path: The file; its ending says its format.
        source: Where *path* was given (file and key), for the error text.

    Raises:
        DataError: The file is missing, of another format, unreadable, empty, or repeats a column name.
    """
    path = Path(path)
    told = f" (given in {source})" if source else ""
    if path.suffix not in READERS:
        raise DataError(f"{path}{told}: cannot read {path.suffix!r} files{nearest(path.suffix, READERS)}")
    if not path.is_file():
        beside = [p.name for p in path.parent.glob("*") if p.is_file()] if path.parent.is_dir() else []
        raise DataError(f"{path}{told}: no such file{nearest(path.name, beside)}")
    try:
        table = READERS[path.suffix](path)
    except (ValueError, OSError, UnicodeDecodeError) as error:  # pandas' and pyarrow's errors are ValueErrors
        raise DataError(f"{path}{told}: cannot be read as {path.suffix[1:]}: {error}") from None
    if table.empty:
        raise DataError(f"{path}{told}: the table has {len(table)} rows and {table.shape[1]} columns; nothing to learn")
    return check_columns(table, str(path))


def check_columns(table: pd.DataFrame, source: str) -> pd.DataFrame:
    """Return *table* with text column names.

    Raises:
        DataError: Two columns have the same name.
    """
    names = [str(column) for column in table.columns]
    repeated = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if repeated:
        raise DataError(f"{source}: column names must differ, repeated: {', '.join(repeated)}")
    return table.set_axis(names, axis=1)


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
            raise DataError(f"{source}.{key}: the table has no column {name!r}{nearest(name, table.columns)}")


def named_columns(task: TaskSpec) -> dict[str, str]:
    """Columns that a task names, each with its key."""
    single: dict[str, Any] = {"group": task.group, "time": task.time, "weight": task.weight}
    single["split_column"] = task.split_column
    return {
        task.target: "target",
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
        raise DataError(
            f"{task.name}.time: column {task.time!r} orders the rows, but {str(column.iloc[row])!r} in row {row} is no "
            f"time ({len(unreadable)} such rows); fill or drop them"
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
