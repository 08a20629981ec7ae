"""Codes of pandas categories, as all transformers of labels read them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.errors import DataError

OTHER = "(other)"  # the pool of rare and unseen labels


def label_codes(X: Any) -> NDArray[np.int64]:
    """Codes of all columns; shape (rows, columns), -1 where missing.

    Raises:
        DataError: A column does not hold labels.
    """
    if not isinstance(X, pd.DataFrame):
        raise DataError(f"labels must come as a DataFrame of pandas categories, got {type(X).__name__}")
    wrong = [str(name) for name, dtype in X.dtypes.items() if not isinstance(dtype, pd.CategoricalDtype)]
    if wrong:
        raise DataError(f"columns must hold pandas categories: {', '.join(wrong)}")
    codes = np.empty(X.shape, dtype=np.int64)
    for position in range(X.shape[1]):
        codes[:, position] = X.iloc[:, position].cat.codes
    return codes


def label_sizes(X: pd.DataFrame) -> list[int]:
    """Number of categories of each column."""
    return [len(dtype.categories) for dtype in X.dtypes]
