"""Reading tables from files, one format per file of this package."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from automl_flow.core.errors import ConfigError, DataError, nearest, shown
from automl_flow.tasks.readers.reader import READERS, Reader
from automl_flow.tasks.tables import check_columns

__all__ = ["READERS", "Reader", "read_table"]

_MAX_NAME_BYTES = 255  # in all file systems of use
_CURES = {b"\x1f\x8b": "it is compressed: unpack it", b"PK\x03\x04": "it is an archive or a workbook: save it as CSV"}


def read_table(path: Path, source: str = "") -> pd.DataFrame:
    """Read a table from a file of any format that has a reader.

    Args:
        path: The file; its suffix, in upper or lower case, says its format.
        source: Where *path* was given (file and key), for the error text.

    Raises:
        DataError: The file is missing, of another format, unreadable, empty, repeats a column name, has rows that are
            longer than its header, or would become far larger in memory than it is.
        DependencyError: A library that its reader needs is not installed.
    """
    path = Path(path)
    told = f" (given in {source})" if source else ""
    if len(path.name.encode(errors="replace")) > _MAX_NAME_BYTES:
        raise DataError(f"{shown(path.name)}{told}: no file has a name of {len(path.name)} letters")
    by_suffix = _by_suffix()
    suffix = path.suffix.lower()
    if suffix not in by_suffix:
        raise DataError(f"{path}{told}: cannot read {path.suffix!r} files{nearest(path.suffix, by_suffix)}")
    if path.is_dir():
        raise DataError(f"{path}{told}: is a folder; name a file in it")
    if not path.is_file():
        neighbours = [p.name for p in path.parent.glob("*") if p.is_file()] if path.parent.is_dir() else []
        raise DataError(f"{path}{told}: no such file{nearest(path.name, neighbours)}")
    reader = READERS.get(by_suffix[suffix])
    try:
        table = reader.read(path)
    except DataError:
        raise
    except Exception as error:  # of pandas, of pyarrow, and of what they call: a damaged file may raise anything
        raise DataError(f"{path}{told}: cannot be read as {suffix[1:]}: {_cause(path, error)}") from None
    if table.empty:
        raise DataError(f"{path}{told}: the table has {len(table)} rows and {table.shape[1]} columns; nothing to learn")
    return check_columns(table, str(path))


def _by_suffix() -> dict[str, str]:
    """Name of the reader of each suffix, readers whose libraries are missing included.

    Raises:
        ConfigError: Two readers have the same suffix.
    """
    found: dict[str, str] = {}
    for name, reader in READERS.entries().items():
        for suffix in reader.suffixes:
            if suffix in found:
                raise ConfigError(f"the readers {found[suffix]!r} and {name!r} both read {suffix!r} files")
            found[suffix] = name
    return found


def _cause(path: Path, error: Exception) -> str:
    """What is wrong with a file, and the cure where it is known."""
    with path.open("rb") as file:
        start = file.read(4)
    cure = next((cure for mark, cure in _CURES.items() if start.startswith(mark)), "")
    if isinstance(error, UnicodeDecodeError) and not cure:
        cure = "it is not UTF-8: save it so"
    return shown(" ".join(str(error).split()) or type(error).__name__, 200) + (f" ({cure})" if cure else "")
