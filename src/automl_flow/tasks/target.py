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
        values: Class codes (int64) in classification, values (float64) in regression; shape (n,).
        classes: The class of each code; ``None`` in regression. A binary task's positive class stands last.
    """

    values: NDArray[Any]
    classes: tuple[Label, ...] | None

    @property
    def outputs(self) -> int:
        """Columns of a prediction: the number of classes, or 1 in regression."""
        return 1 if self.classes is None else len(self.classes)

    def take(self, rows: NDArray[np.int64]) -> Target:
        """The target of some rows, with the same classes."""
        return Target(self.values[rows], self.classes)

    def decode(self, codes: NDArray[Any]) -> NDArray[Any]:
        """Turn class codes back into classes; values of a regression are returned as they are."""
        if self.classes is None:
            return np.asarray(codes)
        return np.asarray(self.classes)[np.asarray(codes, dtype=np.int64)]


def encode_target(y: pd.Series[Any] | NDArray[Any], task: TaskSpec) -> Target:
    """Encode the target column.

    Args:
        y: Target of every row, shape (n,); no value may be missing.
        task: Says which kind of problem it is, and the positive class.

    Raises:
        DataError: No rows, missing or infinite values, values that are not numbers in regression, one class only,
            a number of classes that does not fit the problem, classes that cannot be stored with a model, or a positive
            class that does not occur.
    """
    series = pd.Series(np.asarray(y), dtype=object) if not isinstance(y, pd.Series) else y.reset_index(drop=True)
    if len(series) == 0:
        raise DataError(f"target {task.target!r} has no rows")
    missing = np.flatnonzero(series.isna().to_numpy())
    if len(missing):
        raise DataError(
            f"target {task.target!r} is missing in {len(missing)} of {len(series)} rows (first rows: "
            f"{missing[:5].tolist()}); drop or fill these rows"
        )
    encoded = task.problem_type.encode(series.to_frame(task.target), task.positive, task.favourable)
    return Target(encoded.values, encoded.classes)


def favourable_code(task: TaskSpec, classes: Sequence[Label] | None) -> int | None:
    """Code of the outcome that is good for the person concerned; ``None`` where the task does not say it.

    Raises:
        DataError: It is none of the classes.
    """
    if task.favourable is None or classes is None:
        return None
    return list(classes).index(find_label(task.favourable, classes, "favourable", task.target))


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
