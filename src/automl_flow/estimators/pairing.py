"""Whether what belongs to the rows of X is in their order, as far as pandas' indexes tell."""

from __future__ import annotations

from typing import Any

import pandas as pd

from automl_flow.core.errors import DataError, warn


def check_pairing(X: Any, other: Any, name: str) -> None:
    """Compare the indexes of *X* and of what goes with it; rows are paired by position, whatever the indexes say.

    Args:
        X: Rows; without an index there is nothing to compare.
        other: Target, weights or groups.
        name: What *other* is called.

    Raises:
        DataError: Both have the same labels in another order: by position, rows would get the values of others.
    """
    if not isinstance(X, (pd.DataFrame, pd.Series)) or not isinstance(other, (pd.DataFrame, pd.Series)):
        return
    if len(X) != len(other) or X.index.equals(other.index):
        return
    if X.index.is_unique and other.index.is_unique and other.index.isin(X.index).all():
        raise DataError(
            f"{name} has the index labels of X in another order, and rows are paired by position: pass "
            f"{name}.loc[X.index], or reset both indexes if the positions are right"
        )
    if not (_is_numbered(X.index) or _is_numbered(other.index)):
        warn(
            f"{name} and X have different index labels; rows are paired by position, as scikit-learn does. Reset the "
            "indexes where that is right."
        )


def _is_numbered(index: Any) -> bool:
    """Whether an index says nothing but positions."""
    return isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1
