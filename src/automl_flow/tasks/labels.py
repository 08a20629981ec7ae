"""Class labels: values that can be stored with a model and restored unchanged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.errors import DataError, nearest, shown
from automl_flow.tasks.types import Label

_MAX_INTEGER = 2**63 - 1  # that every JSON reader preserves
_LONG_LABEL = 200  # characters
_KINDS = {"bool": "booleans", "int": "numbers", "float": "numbers", "str": "text"}


def distinct_labels(series: pd.Series[Any], target: str) -> list[Any]:
    """Return the distinct labels of a target as Python objects, in order of occurrence.

    Args:
        series: Labels, none of them missing.
        target: Name of the target, for messages.

    Raises:
        DataError: A label is not text, a boolean or a 64-bit number, or booleans and numbers are mixed.
    """
    try:
        found = series.astype(object).unique()
    except TypeError:  # lists, for example
        raise DataError(
            f"target {target!r}: classes must be text, booleans or numbers, not {shown(series.iloc[0])}"
        ) from None
    labels = [value.item() if isinstance(value, np.generic) else value for value in found]
    _check(labels, target)
    return labels


def _check(labels: list[Any], target: str) -> None:
    examples: dict[str, Any] = {}
    for label in labels:
        kind = _KINDS.get(type(label).__name__)
        if kind is None or not _can_be_stored(label):
            raise DataError(
                f"target {target!r}: the class {shown(label)} ({type(label).__name__}) cannot be stored with a model; "
                "classes must be text, booleans or 64-bit numbers: convert them, for example with y.astype(str)"
            )
        examples.setdefault(kind, label)
    if {"booleans", "numbers"} <= set(examples):  # True == 1 in Python, which would merge two classes
        listed = " and ".join(f"{kind} ({shown(label)})" for kind, label in sorted(examples.items()))
        raise DataError(f"target {target!r} mixes {listed}; classes must have one type; did you mean y.astype(str)?")


def _can_be_stored(label: Any) -> bool:
    if isinstance(label, (float, int)):
        return abs(label) <= _MAX_INTEGER
    return not isinstance(label, str) or label.isascii() or _is_unicode(label)


def _is_unicode(text: str) -> bool:
    """Whether *text* can be stored as UTF-8; lone surrogates cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def find_label(label: Label, classes: Sequence[Any], key: str, target: str) -> Any:
    """Return the class that *label* names; numbers and booleans may be written as text.

    Args:
        label: The label in the settings.
        classes: The classes.
        key: The setting, for messages.
        target: Name of the target, for messages.

    Raises:
        DataError: There is no such class.
    """
    for value in classes:
        if str(value) == str(label):
            return value
    raise DataError(f"{key} class {label!r} does not occur in target {target!r}{nearest(label, classes)}")


def check_values(series: pd.Series[Any], target: str) -> None:
    """Check that the target of a regression holds numbers, because times would become nanoseconds since 1970.

    Raises:
        DataError: It holds dates, times or durations; the message says how to convert them to numbers.
    """
    dtype = series.dtype
    kind = pd.api.types.infer_dtype(series, skipna=True) if pd.api.types.is_object_dtype(dtype) else ""
    if pd.api.types.is_datetime64_any_dtype(dtype) or kind.startswith(("date", "period")) or _is_period(dtype):
        advice = "predict a number, such as days since an origin: (y - origin).dt.total_seconds() / 86400"
    elif pd.api.types.is_timedelta64_dtype(dtype) or kind.startswith("timedelta"):
        advice = "predict a number, such as seconds: y.dt.total_seconds()"
    else:
        return
    raise DataError(f"target {target!r} holds times, but a regression predicts numbers; {advice}")


def _is_period(dtype: Any) -> bool:
    return isinstance(dtype, pd.PeriodDtype)


def label_array(classes: tuple[Label, ...]) -> NDArray[Any]:
    """Return classes as an array; labels of different types are kept as they are.

    Long labels are stored as objects, because NumPy would reserve the length of the longest one for every row.
    """
    kinds = {type(label) for label in classes}
    long = any(isinstance(label, str) and len(label) > _LONG_LABEL for label in classes)
    return np.asarray(classes, dtype=object if long or len(kinds) > 1 else None)
