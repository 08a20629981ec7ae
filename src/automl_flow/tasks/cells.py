"""Normalisation of cells, so that no value of a table makes a library fail."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

_MAX_INTEGER = 2**1023  # larger ones exceed every float
_PLAIN_TYPES = frozenset({int, float, bool, type(None), pd.Timestamp, pd.Timedelta, type(pd.NaT), type(pd.NA)})


def plain_cells(table: pd.DataFrame) -> pd.DataFrame:
    """Return *table* with :func:`plain_column` applied where needed; *table* itself is not changed."""
    plain = {place: plain_column(column) for place, (_, column) in enumerate(table.items())}
    changed = {place: column for place, column in plain.items() if column is not None}
    if not changed:
        return table
    table = table.copy(deep=False)
    for place, column in changed.items():
        table.isetitem(place, column.array)
    return table


def plain_column(column: pd.Series[Any]) -> pd.Series[Any] | None:
    """Return a column without values that make libraries fail; ``None`` if there are none.

    A signalling NaN and an object without text become missing; integers beyond every float, complex numbers and bytes
    become text; lone surrogates become "?". Arrow lists and structs become Python objects, Arrow dates timestamps.
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
        return written(value) if type(value) is int and abs(value) >= _MAX_INTEGER else value
    if isinstance(value, str):
        return value if _can_be_written(value) else written(value)
    if isinstance(value, Decimal):
        return None if value.is_snan() else value
    if isinstance(value, (bytes, bytearray, memoryview, complex)):
        return written(value)
    return value if isinstance(value, np.generic) or written(value) else None


def written(value: Any) -> str:
    """Any value as text that can be stored as UTF-8; lone surrogates become "?"."""
    try:
        text = value if isinstance(value, str) else str(value)
    except Exception:  # an integer of 5,000 digits, an object whose __str__ raises
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
