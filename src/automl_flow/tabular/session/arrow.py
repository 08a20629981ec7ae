"""Tables that need no Arrow: workers that hold nothing else do without it, which saves each of them 35 MB.

pandas keeps text by Arrow where that is installed, and so column names and the names of categories, of which there are
few. Pandas' own storage does as well for those.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

_TEXT = pd.StringDtype("python", na_value=np.nan)


def is_free_of_arrow(X: Any) -> bool:
    """Whether the columns of a table (a frame or array) hold numbers, dates and categories, and nothing else."""
    if isinstance(X, pd.DataFrame):
        return all(_is_plain(dtype) or _has_plain_categories(dtype) for dtype in X.dtypes)
    return _is_plain(getattr(X, "dtype", None))


def without_arrow_strings(X: pd.DataFrame) -> pd.DataFrame:
    """A table whose columns are free of Arrow, with nothing of Arrow in names of columns, rows and categories either.

    Rows are numbered anew.
    """
    named = {str(name): _renamed(X[name]) for name, dtype in X.dtypes.items() if isinstance(dtype, pd.CategoricalDtype)}
    return X.assign(**named).set_axis(X.columns.astype(_TEXT), axis=1).reset_index(drop=True)


def _renamed(column: pd.Series[Any]) -> pd.Categorical[Any]:
    """A column of categories whose names are in pandas' own storage."""
    names = column.cat.categories
    if isinstance(names.dtype, pd.StringDtype):
        names = names.astype(_TEXT)
    # From codes, because astype does nothing where it holds the two types for equal.
    return pd.Categorical.from_codes(column.cat.codes, dtype=pd.CategoricalDtype(names, column.cat.ordered))


def _is_plain(dtype: Any) -> bool:
    return isinstance(dtype, np.dtype) and dtype.kind in "biufmM"


def _has_plain_categories(dtype: Any) -> bool:
    if not isinstance(dtype, pd.CategoricalDtype):
        return False
    kind = dtype.categories.dtype
    return _is_plain(kind) or isinstance(kind, pd.StringDtype)
