"""Matching of the columns of new rows with the training columns: by name, or by position without names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.errors import DataError, listed, nearest, quoted, warn
from automl_flow.tasks.cells import plain_cells
from automl_flow.tasks.frames import as_frame, inferred

_MAX_LISTED = 5


def numbered(count: int) -> tuple[str, ...]:
    """Names for unnamed columns."""
    return tuple(f"x{position}" for position in range(count))


def as_rows(X: Any, source: str = "X") -> tuple[pd.DataFrame, bool]:
    """Return *X* as a data frame with text names, and whether *X* has column names.

    Unnamed columns are called ``x0``, ``x1`` and so on.

    Raises:
        DataError: *X* is not two-dimensional, is complex, or has duplicate column names.
        TypeError: *X* is a sparse matrix.
    """
    if hasattr(X, "toarray"):
        raise TypeError("Sparse data was passed, but dense data is required: use X.toarray()")
    frame = as_frame(X, source)
    if frame is not None:
        _refuse_complex(frame, source)
        return plain_cells(frame), True
    array = _array(X, source)
    frame = pd.DataFrame(array, columns=list(numbered(array.shape[1])))
    return inferred(plain_cells(frame)) if array.dtype == object else frame, False


def _refuse_complex(frame: pd.DataFrame, source: str) -> None:
    found = [str(name) for name, dtype in frame.dtypes.items() if pd.api.types.is_complex_dtype(dtype)]
    if found:
        raise DataError(f"Complex data not supported: {source} holds complex numbers in {_listed(found)}")


def _array(X: Any, source: str) -> NDArray[Any]:
    try:
        array = np.asarray(X) if hasattr(X, "dtype") else np.asarray(X, dtype=object)
    except (ValueError, TypeError) as error:
        raise DataError(f"{source}: cannot be read as a table ({error})") from None
    if np.iscomplexobj(array):
        raise DataError("Complex data not supported: X holds complex numbers")
    if array.ndim != 2:
        advice = "Reshape your data to (rows, columns); a single row is X.reshape(1, -1), or series.to_frame().T"
        raise DataError(f"{source}: Expected 2D array, got {array.ndim}D array instead. {advice}")
    return array


@dataclass(frozen=True)
class Columns:
    """The columns that a model was trained on.

    Attributes:
        names: Their names, in training order.
    """

    names: tuple[str, ...]

    def select(self, X: Any) -> pd.DataFrame:
        """Return rows with exactly these columns, in this order.

        Columns are matched by name in any order; extra columns are ignored, with a warning. Rows without names are
        matched by position, with a warning if the training rows had names; so are rows with names if the training
        rows had none.

        Raises:
            DataError: A column is missing (the message suggests the nearest one), or unnamed rows have a different
                number of columns.
            TypeError: *X* is a sparse matrix.
        """
        frame, named = as_rows(X)
        if not named or self._by_position(frame):
            return self._positioned(frame, named=named)
        missing = [name for name in self.names if name not in frame.columns]
        others = _without(frame.columns, self.names)
        if missing:
            raise DataError(
                f"the rows lack {len(missing)} of the {len(self.names)} training columns: {_listed(missing)}"
                f"{nearest(missing[0], others)}"
            )
        if others:
            warn(f"{len(others)} columns that were not in the training data are ignored: {_listed(others)}")
        return frame if tuple(frame.columns) == self.names else frame.loc[:, list(self.names)]

    def _by_position(self, frame: pd.DataFrame) -> bool:
        """Whether names are meaningless, because the training rows had none."""
        return self.names == numbered(len(self.names)) and not set(self.names) & set(frame.columns)

    def _positioned(self, frame: pd.DataFrame, *, named: bool) -> pd.DataFrame:
        if frame.shape[1] != len(self.names):
            raise DataError(  # worded as scikit-learn's checks require
                f"X has {frame.shape[1]} features, but TabularModel is expecting {len(self.names)} features as input: "
                f"{_listed(self.names)}"
            )
        if not named and self.names != numbered(len(self.names)):
            warn("the rows have no column names; they are matched by position")
        return frame.set_axis(list(self.names), axis=1)


def _without(names: Iterable[str], known: Sequence[str]) -> list[str]:
    left_out = set(known)
    return [name for name in names if name not in left_out]


def _listed(names: Sequence[str]) -> str:
    return listed(map(quoted, names), _MAX_LISTED)
