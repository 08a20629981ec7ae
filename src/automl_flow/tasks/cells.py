"""Cells that every library can work with: whoever made a table, no value in it makes the reading of it fail."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

_LARGEST = 2**1023  # beyond it an integer is no float
_PLAIN_TYPES = frozenset({int, float, bool, type(None), pd.Timestamp, pd.Timedelta, type(pd.NaT), type(pd.NA)})


def plain_cells(table: pd.DataFrame) -> pd.DataFrame:
    """Return *table* with the columns that need it replaced by :func:`plain_column`; it is not changed itself."""
    plain = {place: plain_column(column) for place, (_, column) in enumerate(table.items())}
    changed = {place: column for place, column in plain.items() if column is not None}
    if not changed:
        return table
    table = table.copy(deep=False)
    for place, column in changed.items():
        table.isetitem(place, column.array)
    return table


def plain_column(column: pd.Series[Any]) -> pd.Series[Any] | None:
    """Return a column without the values at which libraries stumble; ``None`` where there are none.

    A signalling NaN and an object that cannot be written are missing; integers beyond every float, complex numbers and
    bytes are text; halves of letters become "?". Arrow's lists and structures become the objects that they stand for,
    its dates times.
    """
    dtype = column.dtype
    if isinstance(dtype, pd.ArrowDtype):
        return _from_arrow(column, dtype)
    if isinstance(dtype, pd.CategoricalDtype):
        labels = plain_column(pd.Series(dtype.categories))
        return None if labels is None else plain_column(column.astype(object))
    if not pd.api.types.is_object_dtype(dtype):
        return None
    values = column.to_numpy(dtype=object)
    if pd.api.types.infer_dtype(values, skipna=False) == "string" and _can_be_written("".join(values)):
        return None
    plain = [_plain(value) for value in values]
    same = all(new is old for new, old in zip(plain, values, strict=True))
    return None if same else pd.Series(plain, index=column.index, name=column.name, dtype=object)


def _from_arrow(column: pd.Series[Any], dtype: pd.ArrowDtype) -> pd.Series[Any] | None:
    import pyarrow as pa

    kind = dtype.pyarrow_dtype
    if pa.types.is_date(kind):
        return pd.Series(pd.to_datetime(column.astype(object), errors="coerce"), index=column.index, name=column.name)
    if pa.types.is_nested(kind):
        return column.astype(object)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return column.astype(object).map(_plain, na_action="ignore")
    return None


def _plain(value: Any) -> Any:
    if type(value) in _PLAIN_TYPES:
        return written(value) if type(value) is int and abs(value) >= _LARGEST else value
    if isinstance(value, str):
        return value if _can_be_written(value) else written(value)
    if isinstance(value, Decimal):
        return None if value.is_snan() else value
    if isinstance(value, (bytes, bytearray, memoryview, complex)):
        return written(value)
    return value if isinstance(value, np.generic) or written(value) else None


def written(value: Any) -> str:
    """Any value as text that can be stored; halves of a pair of UTF-16, which stand for nothing, become "?"."""
    try:
        text = value if isinstance(value, str) else str(value)
    except Exception:  # a number of 5,000 digits, an object that does not like to be written
        text = f"{value:x}" if isinstance(value, int) else ""
    return text if _can_be_written(text) else text.encode("utf-8", "replace").decode()


def _can_be_written(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
