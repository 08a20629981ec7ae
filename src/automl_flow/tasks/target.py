"""The target as numbers: class codes or values, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.errors import DataError
from automl_flow.tasks.labels import find_label
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.types import Label, Problem

_MAX_GUESSED_CLASSES = 30


@dataclass(frozen=True)
class Target:
    """An encoded target.

    Attributes:
        values: Class codes (int64) in classification, values (float64) in regression; shape (n,). Several targets are
            labels 0/1 (int64) or values (float64) of shape (n, k).
        classes: The class of each code; ``None`` where there are no codes. A binary task's positive class stands last.
        names: Name of each of several targets; empty for one.
    """

    values: NDArray[Any]
    classes: tuple[Label, ...] | None
    names: tuple[str, ...] = ()

    @property
    def outputs(self) -> int:
        """Columns of a prediction: the number of classes, or of targets."""
        return max(1, len(self.names)) if self.classes is None else len(self.classes)

    def take(self, rows: NDArray[np.int64]) -> Target:
        """The target of some rows, with the same classes."""
        return Target(self.values[rows], self.classes, self.names)

    def summary(self) -> NDArray[Any]:
        """One number per row, (n,), for what can look at one target only, such as target encoding.

        That is the target itself; of several targets, the first principal component of the standardised columns.
        """
        if self.values.ndim == 1:
            return self.values
        centred = self.values - self.values.mean(axis=0)
        spread = centred.std(axis=0)
        scaled = centred / np.where(spread > 0, spread, 1.0)
        axis = np.linalg.eigh(scaled.T @ scaled)[1][:, -1]
        return np.asarray(scaled @ (axis * np.sign(axis[np.argmax(np.abs(axis))])))

    def decode(self, codes: NDArray[Any]) -> NDArray[Any]:
        """Turn class codes back into classes; values of a regression are returned as they are."""
        if self.classes is None:
            return np.asarray(codes)
        return np.asarray(self.classes)[np.asarray(codes, dtype=np.int64)]


def encode_target(y: pd.DataFrame | pd.Series[Any] | NDArray[Any], task: TaskSpec) -> Target:
    """Encode the target.

    Args:
        y: Target of every row, shape (n,), or (n, k) with a column for each of the task's targets, in their order; no
            value may be missing.
        task: Says which kind of problem it is, and the positive class.

    Raises:
        DataError: No rows, missing or infinite values, values that are not numbers in regression, one class only,
            a number of classes that does not fit the problem, classes that cannot be stored with a model, or a positive
            class that does not occur.
    """
    columns = _columns(y, task)
    if len(columns) == 0:
        raise DataError(f"target {task.target_name!r} has no rows")
    missing = np.flatnonzero(columns.isna().any(axis=1).to_numpy())
    if len(missing):
        raise DataError(
            f"target {task.target_name!r} is missing in {len(missing)} of {len(columns)} rows (first rows: "
            f"{missing[:5].tolist()}); drop or fill these rows"
        )
    encoded = task.problem_type.encode(columns, task.positive, task.favourable)
    return Target(encoded.values, encoded.classes, task.targets if task.problem_type.multiple_targets else ())


def _columns(y: pd.DataFrame | pd.Series[Any] | NDArray[Any], task: TaskSpec) -> pd.DataFrame:
    """The target as a table with the task's names."""
    names = list(task.targets)
    if isinstance(y, pd.Series):
        return y.reset_index(drop=True).to_frame(names[0])
    if isinstance(y, pd.DataFrame):
        return y.reset_index(drop=True).set_axis(names, axis=1)
    array = np.asarray(y)
    if array.ndim == 1 and len(names) == 1:
        return pd.Series(array, dtype=object).to_frame(names[0])
    if array.ndim != 2 or array.shape[1] != len(names):
        raise DataError(f"target must have a column for each of {task.target_name}, got the shape {array.shape}")
    return pd.DataFrame(array, columns=names)


def favourable_code(task: TaskSpec, classes: Sequence[Label] | None) -> int | None:
    """Code of the outcome that is good for the person concerned; ``None`` where the task does not say it.

    Raises:
        DataError: It is none of the classes.
    """
    if task.favourable is None or classes is None:
        return None
    return list(classes).index(find_label(task.favourable, classes, "favourable", task.target_name))


def guess_problem(y: pd.Series[Any]) -> Problem:
    """Guess the kind of problem from a target column.

    Two distinct values are binary; text, categories, booleans and few whole numbers are multiclass; all other
    numbers are regression.
    """
    present = y.dropna()
    distinct = present.nunique()
    if distinct <= 2:
        return "binary"
    if not pd.api.types.is_numeric_dtype(present):
        return "multiclass"
    whole = bool(np.all(np.mod(present.to_numpy(dtype=np.float64), 1) == 0))
    return "multiclass" if whole and distinct <= min(_MAX_GUESSED_CLASSES, len(present) // 10) else "regression"
