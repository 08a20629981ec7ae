"""Reading tables, and the columns that are features."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.errors import DataError, nearest, quoted, shown
from automl_flow.core.files import refuse_expansion
from automl_flow.tasks.cells import plain_cells
from automl_flow.tasks.spec import TaskSpec


def _read_jsonl(path: Path) -> pd.DataFrame:
    """Read an object of cells from every line; what is none would be spread over columns of its own."""
    with path.open("rb") as lines:
        odd = next((n for n, line in enumerate(lines, 1) if line.strip()[:1] not in {b"", b"{"}), None)
    if odd:
        raise DataError(f"{path}: line {odd} is no object ({{...}}), so that its cells have no names")
    return pd.read_json(path, lines=True, dtype=False)  # JSON says what is a text


def _read_csv(path: Path) -> pd.DataFrame:
    return _read_separated(path, ",")


def _read_tsv(path: Path) -> pd.DataFrame:
    return _read_separated(path, "\t")


def _read_separated(path: Path, separator: str) -> pd.DataFrame:
    """Read cells under the names that stand above them; pandas moves them where a row is longer than the header."""
    header = pd.read_csv(path, sep=separator, header=None, nrows=1, dtype=str, keep_default_na=False, index_col=False)
    names = [name for name in header.iloc[0] if name]
    if any("\0" in name for name in names):
        raise DataError(f"{path}: names of columns hold zero bytes: it is UTF-16, or damaged; save it as UTF-8")
    _refuse_repeated(names, str(path))
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            return pd.read_csv(path, sep=separator, index_col=False)
        except pd.errors.ParserWarning:
            raise DataError(
                f"{path}: rows have more fields than the header has names ({header.shape[1]}), so that it is not known "
                "which name belongs to which; add the name that is missing (of the row's number, in files that R "
                "writes), or take out what is too much"
            ) from None


def _read_parquet(path: Path) -> pd.DataFrame:
    """Read a table, and what pandas keeps as the names of its rows as columns, where they have a name."""
    import pyarrow.parquet as pq

    metadata = pq.read_metadata(path)
    refuse_expansion(path, metadata.num_rows * metadata.num_columns * _CELL)
    table = pd.read_parquet(path)
    named = [name for name in table.index.names if name is not None]
    return table.reset_index(level=named) if named else table


_LONGEST_NAME = 255  # bytes, in all file systems of use
_OTHER_SEPARATORS = (";", "\t", "|")
_CELL = 8  # bytes of a number, and of the address of a text
READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    ".csv": _read_csv,
    ".tsv": _read_tsv,
    ".parquet": _read_parquet,
    ".jsonl": _read_jsonl,
}
_CURES = {b"\x1f\x8b": "it is compressed: unpack it", b"PK\x03\x04": "it is an archive or a workbook: save it as CSV"}


def read_table(path: Path, source: str = "") -> pd.DataFrame:
    """Read a table from a CSV, TSV, Parquet or JSON-lines file.

    Args:
        path: The file; its ending says its format.
        source: Where *path* was given (file and key), for the error text.

    Raises:
        DataError: The file is missing, of another format, unreadable, empty, repeats a column name, has rows that are
            longer than its header, or would become far larger in memory than it is.
    """
    path = Path(path)
    told = f" (given in {source})" if source else ""
    if len(path.name.encode(errors="replace")) > _LONGEST_NAME:
        raise DataError(f"{shown(path.name)}{told}: no file has a name of {len(path.name)} letters")
    ending = path.suffix.lower()
    if ending not in READERS:
        raise DataError(f"{path}{told}: cannot read {path.suffix!r} files{nearest(path.suffix, READERS)}")
    if path.is_dir():
        raise DataError(f"{path}{told}: is a folder; name a file in it")
    if not path.is_file():
        beside = [p.name for p in path.parent.glob("*") if p.is_file()] if path.parent.is_dir() else []
        raise DataError(f"{path}{told}: no such file{nearest(path.name, beside)}")
    try:
        table = READERS[ending](path)
    except DataError:
        raise
    except Exception as error:  # of pandas, of pyarrow, and of what they call: a damaged file may raise anything
        raise DataError(f"{path}{told}: cannot be read as {ending[1:]}: {_cause(path, error)}") from None
    if table.empty:
        raise DataError(f"{path}{told}: the table has {len(table)} rows and {table.shape[1]} columns; nothing to learn")
    return check_columns(table, str(path))


def _cause(path: Path, error: Exception) -> str:
    """What is wrong with a file, and what to do about it where that can be told."""
    with path.open("rb") as file:
        start = file.read(4)
    cure = next((cure for mark, cure in _CURES.items() if start.startswith(mark)), "")
    if isinstance(error, UnicodeDecodeError) and not cure:
        cure = "it is not UTF-8: save it so"
    return shown(" ".join(str(error).split()) or type(error).__name__, 200) + (f" ({cure})" if cure else "")


def check_columns(table: pd.DataFrame, source: str) -> pd.DataFrame:
    """Return *table* with text column names, and with cells that every library can work with.

    Raises:
        DataError: Two columns have the same name.
    """
    names = [str(column) for column in table.columns]
    _refuse_repeated(names, source)
    return plain_cells(table.set_axis(names, axis=1))


def _refuse_repeated(names: list[str], source: str) -> None:
    repeated = sorted(name for name, times in Counter(names).items() if times > 1)
    if repeated:
        raise DataError(f"{source}: column names must differ, repeated: {', '.join(map(shown, repeated))}")


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
        value = quoted(str(column.iloc[row]))
        raise DataError(
            f"{task.name}.time: column {quoted(task.time)} orders the rows, but {value} in row {row} is no time "
            f"({len(unreadable)} such rows); fill or drop them"
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
