"""Regression: a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.errors import DataError, quoted
from automl_flow.tasks.labels import check_values
from automl_flow.tasks.problem_types.base import Array, EncodedTarget, ProblemType
from automl_flow.tasks.types import Label, Problem

if TYPE_CHECKING:
    from torch import Tensor


class Regression(ProblemType):
    """Prediction of one number per row."""

    name: ClassVar[Problem] = "regression"
    title = "regression"
    default_metric = "rmse"
    default_sample_metric = "rmse"
    tie_metric = "rmse"
    has_direction = True

    def encode(self, y: pd.DataFrame, positive: Label | None, favourable: Label | None) -> EncodedTarget:  # noqa: ARG002
        """Read finite numbers."""
        return EncodedTarget(finite_numbers(y.iloc[:, 0], str(y.columns[0])))

    def suits(self, classes: tuple[Label, ...] | None) -> bool:
        """Whether there are no classes."""
        return classes is None

    def suits_model(self, n_classes: int, n_outputs: int) -> bool:
        """Whether there is one output, and no class."""
        return n_classes == 0 and n_outputs == 1

    def link(self, raw: NDArray[np.floating]) -> NDArray[np.floating]:
        """The values as they are."""
        return raw

    def decide(self, outputs: Array) -> NDArray[Any]:
        """The values, (n,)."""
        return np.asarray(outputs[:, 0])

    def constant(self, values: NDArray[Any], n_outputs: int, weight: Array | None = None) -> Array:  # noqa: ARG002
        """The mean."""
        return np.asarray([np.average(values, weights=weight)])

    def deviance(self, values: NDArray[Any], outputs: Array) -> Array:
        """Squared error."""
        return np.asarray((values - outputs[:, 0]) ** 2)

    def meta_features(self, outputs: Array) -> Array:
        """The values as they are."""
        return outputs

    def torch_link(self, raw: Tensor) -> Tensor:
        """The values as they are."""
        return raw

    def torch_loss(self, raw: Tensor, target: Tensor, label_smoothing: float = 0.0) -> Tensor:  # noqa: ARG002
        """Squared error."""
        return (raw[:, 0] - target) ** 2


def finite_numbers(series: pd.Series[Any], target: str) -> NDArray[np.float64]:
    """Read the values of one target column.

    Raises:
        DataError: A value is no finite number; the message names the first such row.
    """
    check_values(series, target)
    numbers = pd.to_numeric(series, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    bad = np.flatnonzero(~np.isfinite(numbers))
    if len(bad):
        raise DataError(
            f"target {target!r} must be finite numbers in a regression; row {int(bad[0])} holds "
            f"{quoted(series.iloc[int(bad[0])])} ({len(bad)} such rows)"
        )
    return numbers
