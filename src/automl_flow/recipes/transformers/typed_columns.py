"""Typed columns, the first step of every preprocessor: columns are selected and converted to their kind."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from automl_flow.core.errors import DataError, nearest
from automl_flow.recipes.transformers.conversion import (
    guess_date_format,
    to_dates,
    to_label_codes,
    to_number_block,
    to_text,
)

UNSEEN = "(unseen)"  # the category of every label that training did not see


class TypedColumns(TransformerMixin, BaseEstimator):
    """Turn raw columns into typed ones: numbers, labels, ranks, dates and text.

    Numbers are float64 with NaN for what is missing, infinite or unreadable. Labels are pandas categories, fixed by
    ``fit``; a label that ``fit`` did not see becomes the category ``(unseen)``. Columns are found by name: their order
    may change and others may be there.

    Args:
        kinds: Kind of each column that is used, by name; ``None`` takes all, numbers as numbers and the rest as labels.
        names: Name that each column gets; by default its own.
        orders: Labels of the columns of kind ``rank``, from low to high.
    """

    def __init__(
        self,
        kinds: dict[str, str] | None = None,
        names: dict[str, str] | None = None,
        orders: dict[str, list[str]] | None = None,
    ) -> None:
        self.kinds = kinds
        self.names = names
        self.orders = orders

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Learn the labels and the date formats of the training rows."""
        frame = self._frame(X, reset=True)
        kinds = dict(self.kinds) if self.kinds is not None else _guess_kinds(frame)
        self.kinds_ = dict(sorted(kinds.items(), key=lambda item: item[1] != "number"))  # numbers are one block
        self._require(frame)
        self.labels_: dict[str, NDArray[np.str_]] = {}
        self.formats_: dict[str, str] = {}
        for name, kind in self.kinds_.items():
            if kind == "label":
                codes, labels = to_label_codes(frame[name])
                seen = {labels[code] for code in np.unique(codes) if code >= 0}
                self.labels_[name] = np.array(sorted(seen - {UNSEEN}), dtype=np.str_)
            elif kind == "rank":
                self.labels_[name] = _order_as_seen(frame[name], (self.orders or {}).get(name, []))
            elif kind == "date":
                self.formats_[name] = guess_date_format(frame[name])
        return self

    def transform(self, X: Any) -> pd.DataFrame:
        """Return the typed columns, with the index of *X*.

        Raises:
            DataError: A column is missing; all missing ones are named, the first with the nearest present one.
        """
        check_is_fitted(self, "kinds_")
        frame = self._frame(X, reset=False)
        self._require(frame)
        numeric = [name for name, kind in self.kinds_.items() if kind == "number"]
        parts: list[pd.DataFrame] = []
        if numeric:
            block = to_number_block(frame[numeric])
            parts.append(pd.DataFrame(block, columns=numeric, index=frame.index, copy=False))
        other = {name: self._typed(frame[name], name, kind) for name, kind in self.kinds_.items() if kind != "number"}
        if other or not numeric:
            parts.append(pd.DataFrame(other, index=frame.index, copy=False))
        typed = parts[0] if len(parts) == 1 else pd.concat(parts, axis=1)
        return typed.set_axis(self.get_feature_names_out(), axis=1)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Names of the typed columns."""
        names = self.names or {}
        return np.array([names.get(name, name) for name in self.kinds_], dtype=object)

    def _typed(self, column: pd.Series[Any], name: str, kind: str) -> Any:
        if kind == "date":
            return to_dates(column, self.formats_[name])
        if kind == "text":
            return to_text(column)
        codes = known_codes(column, self.labels_[name])
        if kind == "rank":
            return np.where((codes < 0) | (codes == len(self.labels_[name])), np.nan, codes)
        categories = pd.Index([*self.labels_[name].tolist(), UNSEEN], dtype=object)
        return pd.Categorical.from_codes(codes, categories=categories)

    def _frame(self, X: Any, *, reset: bool) -> pd.DataFrame:
        if isinstance(X, pd.DataFrame):
            frame = X.set_axis([str(name) for name in X.columns], axis=1)
            repeated = frame.columns[frame.columns.duplicated()]
            if len(repeated):
                raise DataError(f"duplicate column names: {', '.join(sorted(set(repeated)))}")
            if reset or self.kinds is None:
                validate_data(self, frame, reset=reset, skip_check_array=True)
            return frame
        array = validate_data(self, X, reset=reset, dtype=None, ensure_all_finite=False)
        return pd.DataFrame(array).set_axis([f"x{i}" for i in range(array.shape[1])], axis=1)

    def _require(self, frame: pd.DataFrame) -> None:
        missing = [name for name in self.kinds_ if name not in frame.columns]
        if missing:
            more = f" and {len(missing) - 10} more" if len(missing) > 10 else ""
            raise DataError(
                f"the table lacks {len(missing)} column(s) that the model was trained on: "
                f"{', '.join(missing[:10])}{more}"
                f"{nearest(missing[0], [name for name in frame.columns if name not in self.kinds_])}"
            )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = []
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags


def known_codes(column: pd.Series[Any], labels: NDArray[np.str_]) -> NDArray[np.int64]:
    """Codes of a column in fixed *labels*: -1 where missing, ``len(labels)`` where the label is another one."""
    codes, found = to_label_codes(column)
    places = {label: place for place, label in enumerate(labels.tolist())}
    lookup = np.array([*(places.get(label, len(labels)) for label in found), -1], dtype=np.int64)
    return np.asarray(lookup[codes])


def _order_as_seen(column: pd.Series[Any], order: list[str]) -> NDArray[np.str_]:
    """Spell the labels of an order as the column does: an order of floats says ``1.0``, the column's label is ``1``."""
    seen = set(to_label_codes(column)[1])
    spelled = [label if label in seen else to_label_codes(pd.Series([_number(label)]))[1][0] for label in order]
    return np.array(spelled, dtype=np.str_)


def _number(label: str) -> float | str:
    try:
        return float(label)
    except ValueError:
        return label


def _guess_kinds(frame: pd.DataFrame) -> dict[str, str]:
    return {
        str(name): "number" if pd.api.types.is_numeric_dtype(dtype) else "label" for name, dtype in frame.dtypes.items()
    }
