"""Which values may be classes: those that can be stored with a model and come back as they were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.errors import DataError, nearest, shown
from automl_flow.tasks.types import Label

_LARGEST = 2**63 - 1  # of a number that every reader of JSON takes as it is written
_LONG_LABEL = 200  # letters
_KINDS = {"bool": "truth values", "int": "numbers", "float": "numbers", "str": "text"}


def distinct_labels(series: pd.Series[Any], target: str) -> list[Any]:
    """Return the distinct labels of a target as Python's own values, in the order in which they occur.

    Args:
        series: Labels, none of them missing.
        target: Name of the target, for messages.

    Raises:
        DataError: A label is neither text nor a truth value nor a number of 64 bits, or truth values and numbers are
            mixed.
    """
    try:
        found = series.astype(object).unique()
    except TypeError:  # lists, for example
        raise DataError(
            f"target {target!r}: classes are text, truth values or numbers, not {shown(series.iloc[0])}"
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
                "classes are text, truth values or numbers of 64 bits: convert them, for example with y.astype(str)"
            )
        examples.setdefault(kind, label)
    if {"truth values", "numbers"} <= set(examples):  # True is 1 to Python, which would make one class of both
        listed = " and ".join(f"{kind} ({shown(label)})" for kind, label in sorted(examples.items()))
        raise DataError(f"target {target!r} mixes {listed}; classes are of one kind: is it y.astype(str)?")


def _can_be_stored(label: Any) -> bool:
    if isinstance(label, (float, int)):
        return abs(label) <= _LARGEST
    return not isinstance(label, str) or label.isascii() or _is_unicode(label)


def _is_unicode(text: str) -> bool:
    """Whether *text* can be written to a file: halves of letters cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def find_label(label: Label, classes: Sequence[Any], key: str, target: str) -> Any:
    """Return the class that *label* names; numbers and truth values may be written as text.

    Args:
        label: What a person wrote.
        classes: The classes.
        key: Where the label stands, for the message.
        target: Name of the target, for the message.

    Raises:
        DataError: No class is called so.
    """
    for value in classes:
        if str(value) == str(label):
            return value
    raise DataError(f"{key} class {label!r} does not occur in target {target!r}{nearest(label, classes)}")


def check_values(series: pd.Series[Any], target: str) -> None:
    """Check that the target of a regression holds numbers, not times: these would become nanoseconds since 1970.

    Raises:
        DataError: It holds dates, times or durations; the message says how to make numbers of them.
    """
    dtype = series.dtype
    kind = pd.api.types.infer_dtype(series, skipna=True) if pd.api.types.is_object_dtype(dtype) else ""
    if pd.api.types.is_datetime64_any_dtype(dtype) or kind.startswith(("date", "period")) or _is_period(dtype):
        advice = "predict a number, such as days since an origin: (y - origin).dt.total_seconds() / 86400"
    elif pd.api.types.is_timedelta64_dtype(dtype) or kind.startswith("timedelta"):
        advice = "predict a number, such as seconds: y.dt.total_seconds()"
    else:
        return
    raise DataError(f"target {target!r} holds times, and a regression predicts numbers; {advice}")


def _is_period(dtype: Any) -> bool:
    return isinstance(dtype, pd.PeriodDtype)


def label_array(classes: tuple[Label, ...]) -> NDArray[Any]:
    """Classes as an array; labels of different types stay what they are.

    NumPy gives every row room for the longest text: beyond a length, rows refer to one text instead.
    """
    kinds = {type(label) for label in classes}
    long = any(isinstance(label, str) and len(label) > _LONG_LABEL for label in classes)
    return np.asarray(classes, dtype=object if long or len(kinds) > 1 else None)
