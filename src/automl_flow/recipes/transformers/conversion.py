"""Conversion of columns of any type to numbers, labels, dates or text.

These functions never fail on a value: what cannot be read counts as missing. They never change their argument.
"""

from __future__ import annotations

import hashlib
import warnings
from decimal import Decimal
from typing import Any, Literal, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.tasks.cells import plain_column, written

Series = pd.Series  # the parameter is not known here: a column may hold anything
_MAX_LABEL_LENGTH = 64
_TRUTH = {"true": 1.0, "false": 0.0}
_EPOCH_UNITS = ((1e11, "s"), (1e14, "ms"), (1e17, "us"))


def dense(column: Series[Any]) -> Series[Any]:
    """The column with pandas' sparse storage undone, and without values at which libraries stumble."""
    if isinstance(column.dtype, pd.SparseDtype):
        return pd.Series(np.asarray(column), name=column.name)
    plain = plain_column(column)
    return column if plain is None else plain


def to_number_block(frame: pd.DataFrame) -> NDArray[np.float64]:
    """Read all columns of *frame* as numbers; shape (rows, columns), infinities become NaN."""
    dtypes = list(frame.dtypes)
    if dtypes and all(isinstance(dtype, np.dtype) and dtype.kind in "biuf" for dtype in dtypes):
        block = frame.to_numpy(dtype=np.float64, copy=True)  # one copy for all columns: wide tables stay cheap
    else:
        block = np.empty(frame.shape, dtype=np.float64)
        for position in range(frame.shape[1]):
            block[:, position] = to_numbers(frame.iloc[:, position])
    block[np.isinf(block)] = np.nan
    return block


def to_numbers(column: Series[Any]) -> NDArray[np.float64]:
    """Read a column as numbers: durations in seconds, true as 1, text as the number it spells, the rest as NaN."""
    column = dense(column)
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        values = np.append(to_numbers(pd.Series(dtype.categories)), np.nan)  # code -1 (missing) takes the last
        return np.asarray(values[column.cat.codes.to_numpy()])
    if pd.api.types.is_timedelta64_dtype(dtype):
        return np.asarray(column.dt.total_seconds().to_numpy(dtype=np.float64, na_value=np.nan))
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return np.full(len(column), np.nan)
    if pd.api.types.is_complex_dtype(dtype):
        values = column.to_numpy()
        return np.where(values.imag == 0, values.real, np.nan)
    if pd.api.types.is_numeric_dtype(dtype):  # booleans too, and nullable and arrow types
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    codes, labels = to_label_codes(column)
    spelled = pd.to_numeric(pd.Series(labels, dtype=object), errors="coerce").to_numpy(dtype=np.float64)
    truth = np.array([_TRUTH.get(label.lower(), np.nan) for label in labels], dtype=np.float64)
    values = np.append(np.where(np.isnan(spelled), truth, spelled), np.nan)
    return np.asarray(values[codes])


def to_label_codes(column: Series[Any]) -> tuple[NDArray[np.int64], list[str]]:
    """Read a column as labels: the code of every row (-1 where missing), and the label of each code.

    Labels are text without outer blanks; whole numbers read the same whatever their type (``1`` and ``1.0``), nothing
    but blanks is missing, and very long labels are shortened with a digest. Several codes may have one label.
    """
    column = dense(column)
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, values = column.cat.codes.to_numpy(), list(column.dtype.categories)
    else:
        if column.dtype == object and pd.api.types.infer_dtype(column, skipna=True) != "string":
            column = column.map(_text, na_action="ignore")  # 1 and True would hash alike, lists not at all
        codes, uniques = pd.factorize(column)
        values = list(uniques)
    labels = [_short(_text(value)) for value in values]
    blank = np.array([not label for label in labels] + [True])
    codes = np.asarray(codes, dtype=np.int64)
    return np.where(blank[codes], -1, codes), labels


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (int, np.integer)):
        return written(int(value))  # through a float, identifiers beyond 2**53 would become their neighbours
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < _MAX_LABEL_LENGTH:
        return str(int(value)) if value == int(value) else repr(float(value))
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return str(int(number)) if number.is_integer() else repr(number)  # infinity is no integer
    return written(value).strip()


def _short(label: str) -> str:
    label = label.replace("\0", " ")  # NumPy cuts text at a trailing zero
    if len(label) <= _MAX_LABEL_LENGTH:
        return label
    return label[:40] + "~" + hashlib.blake2b(label.encode(), digest_size=8).hexdigest()


def to_text(column: Series[Any]) -> NDArray[np.object_]:
    """Read a column as text, "" where missing."""
    column = dense(column)
    texts = column.astype(object).map(written, na_action="ignore")
    return texts.where(texts.notna(), "").to_numpy(dtype=object)


def guess_date_format(column: Series[Any]) -> str:
    """Choose how a column of dates is read, once, so that a single new row is read as the training rows were.

    Returns:
        A ``strptime`` format, ``"unit:s"`` (or ``ms``, ``us``, ``ns``) for numbers since 1970, ``"mixed"``, or "" for
        columns that hold dates already.
    """
    present = dense(column).dropna()
    if pd.api.types.is_datetime64_any_dtype(present.dtype) or present.empty:
        return ""
    if pd.api.types.is_numeric_dtype(present.dtype):
        largest = float(present.abs().max())
        if 1e7 <= largest < 1e8:
            return "%Y%m%d"
        return "unit:" + next((unit for limit, unit in _EPOCH_UNITS if largest < limit), "ns")
    texts = pd.Series(to_text(present)[:: max(1, len(present) // 1000)])
    guesses = [_guess(texts.iloc[0], day_first=False), _guess(texts.iloc[0], day_first=True)]
    for guess in guesses:
        if guess and pd.to_datetime(texts, format=guess, errors="coerce", utc=True).notna().mean() > 0.98:
            return guess
    return "mixed"


def _guess(text: str, *, day_first: bool) -> str | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # pandas warns where the day cannot come first
        guess: str | None = pd.tseries.api.guess_datetime_format(text, dayfirst=day_first)
    return guess


def to_dates(column: Series[Any], date_format: str) -> NDArray[np.datetime64]:
    """Read a column as wall-clock times in microseconds, NaT where missing; times of mixed zones are read as UTC.

    Args:
        column: Dates, text or numbers.
        date_format: What :func:`guess_date_format` chose on the training rows.
    """
    column = dense(column)
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    if not pd.api.types.is_datetime64_any_dtype(column.dtype):
        column = _parse_dates(column, date_format)
    elif getattr(column.dtype, "tz", None) is not None:
        column = column.dt.tz_localize(None)  # the hour that the clock showed says more than the hour in UTC
    return column.to_numpy(dtype="datetime64[us]", na_value=np.datetime64("NaT"))


def _parse_dates(column: Series[Any], date_format: str) -> Series[Any]:
    if date_format.startswith("unit:"):
        unit = cast("Literal['s', 'ms', 'us', 'ns']", date_format[5:])
        return pd.Series(pd.to_datetime(to_numbers(column), unit=unit, errors="coerce"))
    codes, uniques = pd.factorize(to_text(column) if column.dtype == object else column)
    labels = pd.Series([_text(value) for value in uniques], dtype=object)
    known = date_format if date_format else "mixed"
    parsed = pd.to_datetime(labels, format=known, errors="coerce", utc=True)
    left = parsed.isna()
    if known != "mixed" and left.any():
        parsed = parsed.where(~left, pd.to_datetime(labels.where(left), format="mixed", errors="coerce", utc=True))
    naive = parsed.dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
    return pd.Series(np.append(naive, np.datetime64("NaT"))[codes])
