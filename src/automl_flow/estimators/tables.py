"""Input of the tabular estimators: data frames, arrays and lists, read as training rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.errors import DataError, shown, warn
from automl_flow.tasks.columns import as_rows
from automl_flow.tasks.frames import as_frame, inferred


def read_features(X: Any) -> tuple[pd.DataFrame, bool]:
    """Return *X* as a data frame with text column names, and whether *X* has column names.

    Args:
        X: Data frame of any library, array, list of rows, dictionary of columns.

    Raises:
        DataError: *X* is not two-dimensional, is complex, has no rows or columns, or has duplicate column names.
        TypeError: *X* is a sparse matrix.
    """
    frame, named = as_rows(X)
    if frame.shape[0] == 0:
        raise DataError(f"Found array with 0 sample(s) (shape={frame.shape}) while a minimum of 1 is required.")
    if frame.shape[1] == 0:
        raise DataError(f"Found array with 0 feature(s) (shape={frame.shape}) while a minimum of 1 is required.")
    return frame, named


@dataclass(frozen=True)
class TrainingRows:
    """Features, target, weights and groups of the training rows, all of the same length."""

    X: pd.DataFrame
    y: pd.Series[Any] | pd.DataFrame
    weight: NDArray[np.float64] | None
    groups: NDArray[Any] | None
    named: bool = True  # whether X has column names


def read_rows(X: Any, y: Any, sample_weight: Any, groups: Any) -> TrainingRows:
    """Return the training rows.

    Rows with a missing target are left out, with a warning; so are rows of weight zero.

    Args:
        X: Features: a data frame of any library, or an array.
        y: Target, or several.
        sample_weight: Weights, (n,), or ``None``.
        groups: Group of each row, (n,), or ``None``.

    Raises:
        DataError: No rows are left, lengths differ, indexes are in a different order, the target is infinite, or
            weights are negative.
    """
    if y is None:
        raise DataError("this estimator requires y to be passed, but the target y is None")
    frame, named = read_features(X)
    for name, other in (("y", y), ("sample_weight", sample_weight), ("groups", groups)):
        check_pairing(X, other, name)
    target = _read_target(y)
    if len(target) != len(frame):
        raise DataError(f"X has {len(frame)} rows and y has {len(target)}; inconsistent numbers of samples")
    weight = _read_weight(sample_weight, len(frame))
    group = None if groups is None else np.asarray(groups)
    if group is not None and len(group) != len(frame):
        raise DataError(f"X has {len(frame)} rows and groups has {len(group)}; inconsistent numbers of samples")
    keep = _usable(target, weight)
    if not keep.all():
        frame, target = frame.loc[keep].reset_index(drop=True), target.loc[keep].reset_index(drop=True)
        weight = None if weight is None else weight[keep]
        group = None if group is None else group[keep]
    if len(frame) == 1:
        raise DataError("there is only 1 sample (n_samples = 1); a model needs at least two rows")
    kept = target if isinstance(target, pd.DataFrame) else inferred(target)
    return TrainingRows(frame, kept, weight, group, named)


def _read_target(y: Any) -> pd.Series[Any] | pd.DataFrame:
    """Return the target as a column, or as a table if it has two or more columns."""
    from sklearn.utils import column_or_1d

    if not isinstance(y, pd.Series) and _has_columns(y):
        return _read_targets(y)
    if isinstance(y, pd.Series):
        values = y.reset_index(drop=True)
        if pd.api.types.is_complex_dtype(values.dtype):
            raise DataError("Complex data not supported: y holds complex numbers")
        return inferred(values)
    try:
        values = column_or_1d(y, warn=True)
    except ValueError as error:
        raise DataError(f"y: {error}") from None
    if np.iscomplexobj(values):
        raise DataError("Complex data not supported: y holds complex numbers")
    if values.dtype.names:
        raise DataError(f"y: has the fields {', '.join(map(shown, values.dtype.names))}; pass one of them")
    return inferred(pd.Series(values))


def _has_columns(y: Any) -> bool:
    try:
        shape = np.asarray(y).shape
    except ValueError:  # lists of different lengths
        return False
    return len(shape) == 2 and shape[1] > 1


def _read_targets(y: Any) -> pd.DataFrame:
    named = as_frame(y, "y")
    if named is None:
        array = np.asarray(y)
        named = pd.DataFrame(array, columns=[f"y_{i}" for i in range(array.shape[1])])
    if any(pd.api.types.is_complex_dtype(dtype) for dtype in named.dtypes):
        raise DataError("Complex data not supported: y holds complex numbers")
    return inferred(named)


def _usable(target: pd.Series[Any] | pd.DataFrame, weight: NDArray[np.float64] | None) -> NDArray[np.bool_]:
    """Rows with a target, or with all of several targets, and a weight."""
    columns = target.to_frame() if isinstance(target, pd.Series) else target
    present = columns.notna().all(axis=1).to_numpy()
    missing = int((~present).sum())
    if missing == len(target):
        raise DataError(f"the target is missing (NaN) in all {missing} rows; there is nothing to learn from")
    if missing:
        text = f"the target is missing (NaN) in {missing} of {len(target)} rows; these rows are left out"
        warn(text)
    numbers = [column for _, column in columns.items() if pd.api.types.is_float_dtype(column.dtype)]
    if any(np.isinf(column.to_numpy(dtype=np.float64)[present]).any() for column in numbers):
        raise DataError("y contains infinity; replace or drop these rows")
    keep = present if weight is None else present & (weight > 0)
    if not keep.any():
        raise DataError("all rows have a sample weight of zero; there is nothing to learn from")
    return np.asarray(keep)


def _read_weight(sample_weight: Any, n_rows: int) -> NDArray[np.float64] | None:
    if sample_weight is None:
        return None
    if np.isscalar(sample_weight):
        sample_weight = np.full(n_rows, sample_weight)
    try:
        weight = np.asarray(sample_weight, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError("sample_weight must be numbers, one for each row") from None
    if weight.ndim != 1:
        raise DataError(f"Sample weights must be 1D array or scalar, got {weight.ndim}D array")
    if len(weight) != n_rows:
        raise DataError(f"sample_weight.shape == {weight.shape}, expected ({n_rows},)!")
    if not np.isfinite(weight).all() or (weight < 0).any():
        raise DataError("sample_weight must be finite and not negative")
    return weight


def check_pairing(X: Any, other: Any, name: str) -> None:
    """Compare the pandas indexes of *X* and *other*, because rows are paired by position.

    Args:
        X: Rows; without an index, nothing is compared.
        other: Target, weights or groups.
        name: Name of *other* in messages.

    Raises:
        DataError: Both have the same labels in a different order, so that rows would get the values of others.
    """
    if not isinstance(X, (pd.DataFrame, pd.Series)) or not isinstance(other, (pd.DataFrame, pd.Series)):
        return
    if len(X) != len(other) or X.index.equals(other.index):
        return
    if X.index.is_unique and other.index.is_unique and other.index.isin(X.index).all():
        raise DataError(
            f"{name} has the index labels of X in a different order, but rows are paired by position: pass "
            f"{name}.loc[X.index], or reset both indexes if the order is right"
        )
    if not (_is_numbered(X.index) or _is_numbered(other.index)):
        warn(
            f"{name} and X have different index labels; rows are paired by position, as scikit-learn does. Reset the "
            "indexes if that is right."
        )


def _is_numbered(index: Any) -> bool:
    """Whether an index merely counts the rows."""
    return isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1
