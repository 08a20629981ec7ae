"""Multi-label classification: several 0/1 labels per row, any number of which may apply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.errors import DataError, quoted
from automl_flow.tasks.problem_types.base import MIN_CHANCE, Array, EncodedTarget, ProblemType
from automl_flow.tasks.problem_types.classification import MIN_LIKELIHOOD
from automl_flow.tasks.types import LABEL_THRESHOLD, Label, Problem

if TYPE_CHECKING:
    from torch import Tensor

_WORDS = {"yes": 1, "no": 0, "true": 1, "false": 0}  # in small letters


class MultiLabel(ProblemType):
    """Prediction of k labels per row; outputs are the k probabilities that a label applies."""

    name: ClassVar[Problem] = "multilabel"
    title = "multi-label classification"
    default_metric = "log_loss"
    default_sample_metric = "log_loss"
    tie_metric = "log_loss"
    has_probabilities = True
    multiple_targets = True

    def encode(self, y: pd.DataFrame, positive: Label | None, favourable: Label | None) -> EncodedTarget:  # noqa: ARG002
        """Read 0/1, truth values or yes/no, (n, k) int64; each label must apply to some rows and not to others."""
        labels = self.as_predicted(y)
        for name, column in zip(y.columns, labels.T, strict=True):
            if column.min() == column.max():
                raise DataError(f"label {str(name)!r} is {column[0]} in all rows; there is nothing to learn")
        return EncodedTarget(labels)

    def as_predicted(self, y: Any) -> NDArray[np.int64]:
        """Labels as 0 and 1, (n, k) int64; a label may be the same in all rows.

        Raises:
            DataError: A value is no label.
        """
        columns = y if isinstance(y, pd.DataFrame) else pd.DataFrame(np.asarray(y))
        return np.column_stack([_read_label(column, str(name)) for name, column in columns.items()])

    def suits(self, classes: tuple[Label, ...] | None) -> bool:
        """Whether there are no classes: a label is 0 or 1."""
        return classes is None

    def suits_model(self, n_classes: int, n_outputs: int) -> bool:
        """Whether there are several outputs and no classes."""
        return n_classes == 0 and n_outputs > 1

    def link(self, raw: NDArray[np.floating]) -> NDArray[np.floating]:
        """Logistic function of each output."""
        return np.asarray(0.5 * (1.0 + np.tanh(0.5 * raw)))  # never overflows

    def normalise(self, outputs: Array) -> Array:
        """Keep each probability within 0 and 1; they need not add up to 1."""
        return np.asarray(np.clip(outputs, 0.0, 1.0))

    def decide(self, outputs: Array) -> NDArray[Any]:
        """1 where a label is at least as probable as not, (n, k) int64."""
        return np.asarray(outputs >= LABEL_THRESHOLD, dtype=np.int64)

    def constant(self, values: NDArray[Any], n_outputs: int, weight: Array | None = None) -> Array:  # noqa: ARG002
        """Frequency of each label."""
        return np.asarray(np.average(values, axis=0, weights=weight))

    def deviance(self, values: NDArray[Any], outputs: Array) -> Array:
        """Negative log-likelihood of the true labels, summed over the labels."""
        chosen = np.where(values == 1, outputs, 1.0 - outputs)
        return np.asarray(-np.log(np.maximum(chosen, MIN_LIKELIHOOD)).sum(axis=1))

    def meta_features(self, outputs: Array) -> Array:
        """Log-odds of each label."""
        chances = np.clip(outputs, MIN_CHANCE, 1.0 - MIN_CHANCE)
        return np.asarray(np.log(chances) - np.log1p(-chances))

    def torch_link(self, raw: Tensor) -> Tensor:
        """Logistic function of each output."""
        return raw.sigmoid()

    def torch_loss(self, raw: Tensor, target: Tensor, label_smoothing: float = 0.0) -> Tensor:
        """Binary cross-entropy, averaged over the labels."""
        from torch.nn.functional import binary_cross_entropy_with_logits

        smooth = target.to(raw.dtype) * (1.0 - label_smoothing) + 0.5 * label_smoothing
        return binary_cross_entropy_with_logits(raw, smooth, reduction="none").mean(1)


def _read_label(column: pd.Series[Any], name: str) -> NDArray[np.int64]:
    plain = column.astype(object).map(
        lambda value: _WORDS.get(value.lower(), value) if isinstance(value, str) else value
    )
    numbers = pd.to_numeric(plain, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    odd = np.flatnonzero((numbers != 0) & (numbers != 1))
    if len(odd):
        value = column.iloc[int(odd[0])]
        found = quoted(value.item() if isinstance(value, np.generic) else value)
        raise DataError(
            f"label {name!r} holds {found} in row {int(odd[0])}; the labels of a multilabel problem are 0/1, truth "
            f"values or yes/no: convert it, for example with ({name} == {found}).astype(int)"
        )
    return numbers.astype(np.int64)
