"""Which values may be classes: those that can be stored with a model and come back as they were."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from automl_flow.core.errors import DataError, shown

_LARGEST = 2**63 - 1  # of a number that every reader of JSON takes as it is written
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
