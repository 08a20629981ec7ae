"""Conversion of any input to a pandas data frame: frames of other libraries, Arrow tables, lists, dicts."""

from __future__ import annotations

from collections import Counter
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from automl_flow.core.errors import DataError, shown
from automl_flow.tasks.cells import written

Frame = TypeVar("Frame", pd.DataFrame, pd.Series)


def as_frame(X: Any, source: str = "X") -> pd.DataFrame | None:
    """Return *X* as a data frame with text column names, or ``None`` if it has no column names.

    Frames of other libraries are converted through Arrow's C interface or ``to_pandas``. Dictionaries of columns,
    lists of dictionaries and structured arrays have names, too.

    Raises:
        DataError: Two names are the same text, or the frame cannot be read.
    """
    found = _pandas(X, source)
    return None if found is None else with_text_names(found, source)


def with_text_names(frame: pd.DataFrame, source: str = "X") -> pd.DataFrame:
    """Return *frame* with its column names as text, and rows numbered from 0.

    Raises:
        DataError: Two columns have the same name.
    """
    names = [written(name) for name in frame.columns]
    if len(set(names)) < len(names):
        repeated = sorted(name for name, times in Counter(names).items() if times > 1)
        listed = ", ".join(shown(name) for name in repeated[:10])
        raise DataError(f"{source}: duplicate column names: {listed}; rename or drop one of them")
    named = frame if names == list(frame.columns) else frame.set_axis(names, axis=1)
    return named.reset_index(drop=True)


def inferred(data: Frame) -> Frame:
    """Return *data* with object columns stored as numbers or text where all values are of one kind."""
    try:
        return data.infer_objects()
    except UnicodeEncodeError:  # lone surrogates, which pandas' text type cannot hold
        return data


def _pandas(X: Any, source: str) -> pd.DataFrame | None:
    if isinstance(X, pd.DataFrame):
        return X
    if isinstance(X, np.ndarray):
        return pd.DataFrame(X) if X.dtype.names else None
    if isinstance(X, dict) or _holds_dicts(X):
        return _built(X, source)
    if _is_lazy(X):
        raise DataError(f"{source}: a {type(X).__name__} is lazy; collect it into a data frame first")
    if not hasattr(X, "columns") and not hasattr(X, "column_names"):
        return None
    return _converted(X, source)


def _holds_dicts(X: Any) -> bool:
    return isinstance(X, (list, tuple)) and len(X) > 0 and all(isinstance(row, dict) for row in X)


def _is_lazy(X: Any) -> bool:
    return hasattr(X, "collect_schema") and not hasattr(X, "shape")


def _built(X: Any, source: str) -> pd.DataFrame:
    try:
        return pd.DataFrame(X)
    except (ValueError, TypeError) as error:
        raise DataError(f"{source}: cannot be read as a table ({error})") from None


def _converted(X: Any, source: str) -> pd.DataFrame | None:
    """Convert a data frame of another library to pandas; ``None`` if it offers no conversion."""
    try:
        if hasattr(X, "__arrow_c_stream__"):
            import pyarrow as pa

            table: pd.DataFrame = pa.table(X).to_pandas()
            return table
        if callable(getattr(X, "to_pandas", None)):
            converted = X.to_pandas()
            return converted if isinstance(converted, pd.DataFrame) else None
        if hasattr(X, "__dataframe__"):
            return pd.api.interchange.from_dataframe(X)
    except Exception as error:  # any library may raise anything
        name = f"{type(X).__module__.partition('.')[0]} {type(X).__name__}"
        raise DataError(f"{source}: this {name} cannot be read as a table ({error}); convert it to pandas") from error
    return None
