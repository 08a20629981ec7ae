"""Column profiles: the role of each column, inferred from the data or set by the task."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from automl_flow.core.documents import read_object
from automl_flow.core.errors import DataError, nearest
from automl_flow.tasks.label_order import MAX_LABELS, numeric_order
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.tables import features
from automl_flow.tasks.types import Role

_SAMPLE = 2_000  # values from which text, dates and numbers are inferred
_MIN_PARSED_FRACTION = 0.95
_MIN_TEXT_WORDS = 4.0  # mean number of words per value of free text
_DATE = re.compile(r"^\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})")
_IDENTIFIER = re.compile(r"(?i:(^|[_\s.-])(id|uuid|guid|key|index|idx|rownames?)$)|[a-z]I[Dd]$")
_MIN_IDENTIFIERS = 30  # distinct values of an identifier column


@dataclass(frozen=True)
class ColumnProfile:
    """A column.

    Attributes:
        name: Column name.
        role: How it is treated.
        dtype: pandas type as text.
        missing: Fraction of missing values.
        unique: Number of distinct values, without missing ones.
        given: Whether the task sets the role.
        minimum: Smallest finite number of a numeric column.
        maximum: Largest finite number of a numeric column.
        order: Categories of an ordinal column from low to high, as text.
    """

    name: str
    role: Role
    dtype: str
    missing: float
    unique: int
    given: bool = False
    minimum: float | None = None
    maximum: float | None = None
    order: tuple[str, ...] = ()


@dataclass(frozen=True)
class Profile:
    """All feature columns of a table, in table order."""

    n_rows: int
    columns: tuple[ColumnProfile, ...]

    def by_role(self, *roles: Role) -> list[str]:
        """Names of the columns that have one of *roles*."""
        return [column.name for column in self.columns if column.role in roles]

    def column(self, name: str) -> ColumnProfile:
        """Return the column called *name*.

        Raises:
            DataError: There is no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise DataError(f"the profile has no column {name!r}{nearest(name, [c.name for c in self.columns])}")

    def to_document(self) -> dict[str, Any]:
        """Return the profile as a JSON document."""
        return {"n_rows": self.n_rows, "columns": [asdict(column) for column in self.columns]}

    @classmethod
    def from_document(cls, document: Any) -> Self:
        """Restore a profile from :meth:`to_document`."""
        return read_object(cls, document)


def profile_table(table: pd.DataFrame, task: TaskSpec) -> Profile:
    """Profile the feature columns of *table* (all but target, weight and given split).

    Raises:
        DataError: The task sets a monotone constraint on a column that is missing, or is neither numeric nor ordinal.
    """
    frame = features(table, task)
    profile = Profile(len(frame), tuple(_profile_column(frame[name], task) for name in frame.columns))
    for name in task.monotone:
        _check_direction(name, profile)
    return profile


def _check_direction(name: str, profile: Profile) -> None:
    """Raise unless a column can have a monotone constraint."""
    valid = profile.by_role("numeric", "ordinal", "constant")
    if name not in [column.name for column in profile.columns]:
        raise DataError(f"monotone: the table has no feature column {name!r}{nearest(name, valid)}")
    if name not in valid:
        role = profile.column(name).role
        raise DataError(f"monotone: column {name!r} is {role}, but must be numeric or ordinal{nearest(name, valid)}")


def _profile_column(column: pd.Series[Any], task: TaskSpec) -> ColumnProfile:
    name = str(column.name)
    present = column.dropna()
    unique = _distinct(present)
    given = name in task.roles or name in task.orders
    role = task.roles.get(name, "ordinal") if given else guess_role(column)
    low = high = None
    if role == "numeric":
        numbers = pd.to_numeric(present, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        numbers = numbers[np.isfinite(numbers)]
        low, high = (float(numbers.min()), float(numbers.max())) if len(numbers) else (None, None)
    missing = float(np.round(1 - len(present) / max(len(column), 1), 10))
    order = _order(column, task) if role == "ordinal" else ()
    return ColumnProfile(name, role, str(column.dtype), missing, unique, given, low, high, order)


def _order(column: pd.Series[Any], task: TaskSpec) -> tuple[str, ...]:
    """Categories from low to high: by the task, the pandas type, the numbers in labels, or sorted."""
    if str(column.name) in task.orders:
        return tuple(str(value) for value in task.orders[str(column.name)])
    dtype = column.dtype
    labels = _labels(column)
    if isinstance(dtype, pd.CategoricalDtype):
        return tuple(labels) if dtype.ordered else numeric_order(labels) or tuple(labels)
    if (ordered := numeric_order(labels)) is not None:
        return ordered
    values = column.dropna().unique().tolist()
    try:
        return tuple(str(value) for value in sorted(values))
    except TypeError:
        return tuple(sorted(str(value) for value in values))


def _labels(column: pd.Series[Any]) -> list[str]:
    """Distinct labels of a column; for a pandas category, all its categories."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return [str(value) for value in dtype.categories]
    return column.dropna().astype(str).unique().tolist()


def guess_role(column: pd.Series[Any]) -> Role:
    """Guess the role of a column from its type, its values and, for identifiers, its name.

    A column with a single value in all rows, or without values, is ``constant``; a single value with gaps carries
    information. Text that parses as numbers or dates is treated as such. Integers stay numeric, however few distinct
    ones there are: a model can split them, and a user can override the role. Categories whose labels are ranges or
    bounds of a number are ``ordinal``.
    """
    present = column.dropna()
    distinct = _distinct(present)
    if distinct == 0 or (distinct == 1 and len(present) == len(column)):
        return "constant"
    dtype = column.dtype
    if pd.api.types.is_bool_dtype(dtype):
        return "boolean"
    if isinstance(dtype, pd.CategoricalDtype):
        return "ordinal" if dtype.ordered or numeric_order(_labels(column)) else "categorical"
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "datetime"
    if pd.api.types.is_timedelta64_dtype(dtype):
        return "numeric"
    if pd.api.types.is_numeric_dtype(dtype):
        whole = pd.api.types.is_integer_dtype(dtype)
        return "identifier" if whole and _identifies(column, present) else "numeric"
    return _guess_text_role(column, present)


def _identifies(column: pd.Series[Any], present: pd.Series[Any]) -> bool:
    """Whether all values are distinct and the name is that of a key."""
    distinct = _distinct(present)
    return distinct == len(column) >= _MIN_IDENTIFIERS and is_key_name(str(column.name))


def is_key_name(name: str) -> bool:
    """Whether a column name is that of a key: ``id``, ``device_id``, ``customerID``."""
    return bool(_IDENTIFIER.search(name))


def _guess_text_role(column: pd.Series[Any], present: pd.Series[Any]) -> Role:
    sample = present.iloc[:: max(1, len(present) // _SAMPLE)]
    if {type(value) for value in sample} <= {bool, np.bool_}:
        return "boolean"
    text = sample.astype(str)
    if pd.to_numeric(text, errors="coerce").notna().mean() >= _MIN_PARSED_FRACTION:
        return "numeric"
    if text.str.match(_DATE).mean() >= _MIN_PARSED_FRACTION and _parses_as_dates(text):
        return "datetime"
    words = np.mean([len(value.split()) for value in text])
    distinct = _distinct(present)
    if words >= _MIN_TEXT_WORDS and distinct > max(_MIN_IDENTIFIERS, 0.2 * len(present)):
        return "text"
    if distinct == len(column) >= _MIN_IDENTIFIERS:
        return "identifier" if words < 2 else "text"
    return "ordinal" if distinct <= MAX_LABELS and numeric_order(_labels(column)) else "categorical"


def _parses_as_dates(text: pd.Series[str]) -> bool:
    parsed = pd.to_datetime(text, errors="coerce", format="mixed", utc=True)
    return bool(parsed.notna().mean() >= _MIN_PARSED_FRACTION)


def _distinct(present: pd.Series[Any]) -> int:
    """Number of distinct values; mixed objects and Arrow lists, which may be unhashable, are compared as text."""
    try:
        return int(present.astype(str).nunique() if present.dtype == object else present.nunique())
    except (TypeError, NotImplementedError):
        return len({str(value) for value in present})
