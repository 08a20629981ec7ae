"""Calendar parts of dates."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from automl_flow.core.errors import DataError

_DAY = np.timedelta64(1, "D")
_EPOCH = np.datetime64("1970-01-01", "us")
_PERIODS = {"month": 12, "day": 31, "weekday": 7, "hour": 24}


class CalendarParts(TransformerMixin, BaseEstimator):
    """Turn each date into days since 1970, year, month, day, day of the week and of the year, hour and minute.

    Parts that do not vary in training are left out (hours of plain dates). Missing dates give NaN. Days are float64:
    float32 would round times of today to the nearest few minutes.

    Args:
        cyclic: Also give month, day, weekday and hour as sine and cosine, so that December lies next to January.
    """

    def __init__(self, *, cyclic: bool = False) -> None:
        self.cyclic = cyclic

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Find the parts that vary."""
        self.kept_ = [
            [name for name, values in _parts(column).items() if name == "days" or _varies(values)]
            for column in _columns(X)
        ]
        self.columns_ = [str(name) for name in X.columns]
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Return all parts of all columns."""
        check_is_fitted(self, "kept_")
        values: list[NDArray[np.float64]] = []
        for column, kept in zip(_columns(X), self.kept_, strict=True):
            parts = _parts(column)
            for name in kept:
                values.append(parts[name])
                if self.cyclic and name in _PERIODS:
                    angle = 2 * np.pi * parts[name] / _PERIODS[name]
                    values += [np.sin(angle), np.cos(angle)]
        return np.column_stack(values)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002
        """``column.part`` for every output."""
        names: list[str] = []
        for column, kept in zip(self.columns_, self.kept_, strict=True):
            for part in kept:
                names.append(f"{column}.{part}")
                if self.cyclic and part in _PERIODS:
                    names += [f"{column}.{part}.sin", f"{column}.{part}.cos"]
        return np.array(names, dtype=object)


def _columns(X: Any) -> list[pd.DatetimeIndex]:
    if not isinstance(X, pd.DataFrame):
        raise DataError(f"dates must come as a DataFrame, got {type(X).__name__}")
    return [pd.DatetimeIndex(X.iloc[:, position]) for position in range(X.shape[1])]


def _parts(dates: pd.DatetimeIndex) -> dict[str, NDArray[np.float64]]:
    days = (dates.to_numpy(dtype="datetime64[us]") - _EPOCH) / _DAY  # NaT becomes NaN
    parts = {
        "year": dates.year,
        "month": dates.month,
        "day": dates.day,
        "weekday": dates.day_of_week,
        "yearday": dates.day_of_year,
        "hour": dates.hour,
        "minute": dates.minute,
    }
    return {"days": np.asarray(days), **{name: part.to_numpy(dtype=np.float64) for name, part in parts.items()}}


def _varies(values: NDArray[np.float64]) -> bool:
    present = values[~np.isnan(values)]
    return len(present) > 0 and bool(present.min() < present.max())
