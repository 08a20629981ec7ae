"""Cells of new rows whose type differs from training, such as text in a numeric column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.errors import shown, warn
from automl_flow.recipes.transformers.conversion import to_dates, to_label_codes, to_numbers
from automl_flow.tasks.cells import written

if TYPE_CHECKING:
    from automl_flow.recipes.transformers.typed_columns import TypedColumns

_EXAMPLES = 3
_LISTED = 5
_LETTERS = 30  # of an example


@dataclass(frozen=True)
class Unreadable:
    """Cells of one column.

    Attributes:
        column: Its name.
        count: How many cells.
        trouble: What they are.
        examples: Some of them.
    """

    column: str
    count: int
    trouble: str
    examples: tuple[str, ...]

    def __str__(self) -> str:
        """Name, count, what is wrong, and examples; safe to print."""
        examples = ", ".join(repr(shown(example, _LETTERS)) for example in self.examples)
        return f"{shown(self.column)}: {self.count} {self.trouble} ({examples})"


def find_unreadable(frame: pd.DataFrame, typed: TypedColumns) -> list[Unreadable]:
    """Look for cells that the fitted *typed* cannot read as it read the training rows; gaps and blanks are none."""
    found = []
    for name, kind in typed.kinds_.items():
        mask, trouble = _unread(frame[name], kind, name, typed)
        if mask is not None and mask.any():
            texts = dict.fromkeys(map(written, frame[name].to_numpy(dtype=object)[mask]))
            found.append(Unreadable(name, int(mask.sum()), trouble, tuple(texts)[:_EXAMPLES]))
    return found


def warn_of_unreadable(found: Sequence[Unreadable]) -> None:
    """Warn of unreadable cells, in one warning; nothing where there are none."""
    if not found:
        return
    total = sum(item.count for item in found)
    more = f" and {len(found) - _LISTED} more columns" if len(found) > _LISTED else ""
    text = f"{total} cells cannot be read as in training, and count as missing or unknown: "
    warn(text + "; ".join(map(str, found[:_LISTED])) + more)


def _unread(column: pd.Series[Any], kind: str, name: str, typed: TypedColumns) -> tuple[NDArray[np.bool_] | None, str]:
    """Which cells cannot be read (``None``: no need to look), and what they are instead."""
    dtype = column.dtype
    number = pd.api.types.is_numeric_dtype(dtype)
    if kind == "number":
        if isinstance(dtype, np.dtype) and dtype.kind in "biu":
            return None, ""
        values = to_numbers(column)
        mask = np.isinf(values) if number else _present(column) & ~np.isfinite(values)
        return mask, "are no finite numbers"
    if kind == "date" and not pd.api.types.is_datetime64_any_dtype(dtype):
        return _present(column) & np.isnat(to_dates(column, typed.formats_[name])), "are no dates"
    if kind in ("label", "rank") and number and not pd.api.types.is_bool_dtype(dtype):
        known = typed.labels_[name].tolist()
        if known and pd.to_numeric(pd.Series(known), errors="coerce").isna().all():
            return _present(column), "are numbers, where training had words"
    return None, ""


def _present(column: pd.Series[Any]) -> NDArray[np.bool_]:
    """Cells with something in them."""
    return np.asarray(to_label_codes(column)[0] >= 0)
