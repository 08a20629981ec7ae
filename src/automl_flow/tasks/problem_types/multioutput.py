"""Multi-output regression: several numbers per row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.tasks.problem_types.base import Array, EncodedTarget, ProblemType
from automl_flow.tasks.problem_types.regression import finite_numbers
from automl_flow.tasks.types import Label, Problem

if TYPE_CHECKING:
    from torch import Tensor


class MultiOutput(ProblemType):
    """Prediction of k numbers per row."""

    name: ClassVar[Problem] = "multioutput"
    title = "multi-output regression"
    default_metric = "relative_rmse"
    default_sample_metric = "relative_rmse"
    tie_metric = "relative_rmse"
    multiple_targets = True

    def encode(self, y: pd.DataFrame, positive: Label | None, favourable: Label | None) -> EncodedTarget:  # noqa: ARG002
        """Read finite numbers, (n, k) float64."""
        return EncodedTarget(np.column_stack([finite_numbers(y[name], str(name)) for name in y.columns]))

    def suits(self, classes: tuple[Label, ...] | None) -> bool:
        """Whether there are no classes."""
        return classes is None

    def suits_model(self, n_classes: int, n_outputs: int) -> bool:
        """Whether there are several outputs and no classes."""
        return n_classes == 0 and n_outputs > 1

    def link(self, raw: NDArray[np.floating]) -> NDArray[np.floating]:
        """The values as they are."""
        return raw

    def decide(self, outputs: Array) -> NDArray[Any]:
        """The values, (n, k)."""
        return outputs

    def constant(self, values: NDArray[Any], n_outputs: int, weight: Array | None = None) -> Array:  # noqa: ARG002
        """Mean of each output."""
        return np.asarray(np.average(values, axis=0, weights=weight))

    def deviance(self, values: NDArray[Any], outputs: Array) -> Array:
        """Squared errors in units of each output's variance, summed over the outputs."""
        variance = values.var(axis=0)
        return np.asarray(((values - outputs) ** 2 / np.where(variance > 0, variance, 1.0)).sum(axis=1))

    def meta_features(self, outputs: Array) -> Array:
        """The values as they are."""
        return outputs

    def torch_link(self, raw: Tensor) -> Tensor:
        """The values as they are."""
        return raw

    def torch_loss(self, raw: Tensor, target: Tensor, label_smoothing: float = 0.0) -> Tensor:  # noqa: ARG002
        """Squared error of standardised values, averaged over the outputs."""
        return ((raw - target) ** 2).mean(1)
