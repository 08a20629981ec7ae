"""Whatever rows people hand over, as a pandas data frame: frames of any library, Arrow tables, arrays, lists, dicts."""

from __future__ import annotations

from collections import Counter
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from automl_flow.core.errors import DataError, shown
from automl_flow.tasks.cells import written

Frame = TypeVar("Frame", pd.DataFrame, pd.Series)


def as_frame(X: Any, source: str = "X") -> pd.DataFrame | None:
    """Return *X* with its column names as text, or ``None`` where it has no names.

    Frames of other libraries come in through Arrow's C interface or their own ``to_pandas``. Dictionaries of columns,
    lists of dictionaries and structured arrays have names, too.

    Raises:
        DataError: Two columns have the same name as text, or the frame cannot be read.
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
        raise DataError(f"{source}: column names must differ, repeated: {listed}; rename or drop one of them")
    named = frame if names == list(frame.columns) else frame.set_axis(names, axis=1)
    return named.reset_index(drop=True)


def inferred(data: Frame) -> Frame:
    """A frame or column whose objects are stored as the numbers or text that they are, where they are of one kind."""
    try:
        return data.infer_objects()
    except UnicodeEncodeError:  # halves of letters, which pandas' own type for text cannot hold
        return data


def _pandas(X: Any, source: str) -> pd.DataFrame | None:
    if isinstance(X, pd.DataFrame):
        return X
    if isinstance(X, np.ndarray):
        return pd.DataFrame(X) if X.dtype.names else None
    if isinstance(X, dict) or _holds_dicts(X):
        return _built(X, source)
    if _is_lazy(X):
        raise DataError(f"{source}: a {type(X).__name__} is a plan of a table; collect it into a data frame first")
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
        raise DataError(f"{source}: these columns make no table ({error})") from None


def _converted(X: Any, source: str) -> pd.DataFrame | None:
    """A data frame of another library as one of pandas; ``None`` where it knows no way."""
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
    except Exception as error:  # any library may be behind it
        name = f"{type(X).__module__.partition('.')[0]} {type(X).__name__}"
        raise DataError(f"{source}: this {name} cannot be read as a table ({error}); convert it to pandas") from error
    return None
