"""Interface of a problem type: everything that depends on what kind of target is predicted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.tasks.types import Label, Problem

if TYPE_CHECKING:
    from torch import Tensor

Array = NDArray[np.float64]
MIN_CHANCE = 1e-6  # smallest probability that a meta-feature tells from 0


@dataclass(frozen=True)
class EncodedTarget:
    """A target as numbers.

    Attributes:
        values: Class codes (int64), 0/1 labels (int64) or values (float64); shape (n,), or (n, k) for k target columns.
        classes: The class of each code; ``None`` where there are no codes.
    """

    values: NDArray[Any]
    classes: tuple[Label, ...] | None = None


@dataclass(frozen=True)
class Subproblem:
    """The problem as some of the rows pose it: a rare class may be absent there.

    Attributes:
        problem: Name of the problem type among these rows.
        present: Codes of the classes that occur, ascending; empty for problems without classes.
        values: The target of all rows; codes are renumbered to the position in *present* (-1: absent class).
    """

    problem: Problem
    present: tuple[int, ...]
    values: NDArray[Any]


class ProblemType(ABC):
    """A kind of target: how it is encoded, what a model outputs for it, and how outputs become predictions.

    Outputs have shape (n, k). Instances have no state; there is one of each type.

    Attributes:
        name: Name in YAML.
        title: Name in sentences.
        default_metric: Metric of tables that do not name one.
        default_sample_metric: The same for images and sequences.
        tie_metric: Fine-grained metric that decides between models which the task's metric finds equal.
        has_classes: The target is one of several mutually exclusive classes, encoded as codes.
        has_probabilities: Outputs are probabilities.
        has_direction: Predictions are one number that can rise or fall with a column.
        has_positive: One of two classes is the positive one, at which binary metrics look.
        multiple_targets: The target has several columns, and encoded values have shape (n, k).
    """

    name: ClassVar[Problem]
    title: ClassVar[str]
    default_metric: ClassVar[str]
    default_sample_metric: ClassVar[str]
    tie_metric: ClassVar[str]
    has_classes: ClassVar[bool] = False
    has_probabilities: ClassVar[bool] = False
    has_direction: ClassVar[bool] = False
    has_positive: ClassVar[bool] = False
    multiple_targets: ClassVar[bool] = False

    @abstractmethod
    def encode(self, y: pd.DataFrame, positive: Label | None, favourable: Label | None) -> EncodedTarget:
        """Encode the target.

        Args:
            y: One column per target; no value is missing.
            positive: Class that binary metrics look at; only binary problems have one.
            favourable: Class that is good for the person concerned; only binary problems have one.

        Raises:
            DataError: The values do not suit the problem type.
        """

    def as_predicted(self, y: Any) -> Any:
        """The truth, in any form that can be learned from, in the form of predictions."""
        return y

    def n_outputs(self, classes: tuple[Label, ...] | None, n_targets: int) -> int:
        """Columns of a prediction: one per class, or one per target column."""
        return n_targets if classes is None else len(classes)

    @abstractmethod
    def suits(self, classes: tuple[Label, ...] | None) -> bool:
        """Whether a model with these classes can solve a problem of this type."""

    @abstractmethod
    def suits_model(self, n_classes: int, n_outputs: int) -> bool:
        """Whether one fitted model may have been trained on this many classes, with this many outputs in all."""

    def suits_network(self, classes: tuple[Label, ...] | None, n_outputs: int) -> bool:
        """Whether a model with these classes and outputs can solve a problem of this type."""
        fits = n_outputs > 1 if classes is None and self.multiple_targets else n_outputs == self.n_outputs(classes, 1)
        return self.suits(classes) and fits

    def restrict(self, values: NDArray[Any], rows: NDArray[np.int64], n_outputs: int) -> Subproblem:  # noqa: ARG002
        """The problem as *rows* pose it; see :class:`Subproblem`."""
        return Subproblem(self.name, (), values)

    @abstractmethod
    def link(self, raw: NDArray[np.floating]) -> NDArray[np.floating]:
        """Turn a network's raw outputs, shape (..., k), into probabilities; values stay as they are."""

    def normalise(self, outputs: Array) -> Array:
        """Make outputs consistent after averaging or rounding, such as probabilities that add up to 1."""
        return outputs

    @abstractmethod
    def decide(self, outputs: Array) -> NDArray[Any]:
        """Turn outputs into encoded predictions: class codes (n,), labels (n, k), or values (n,) or (n, k)."""

    def for_metrics(self, outputs: Array) -> Array:
        """Outputs in the shape that metrics compare: probabilities (n, k), and values (n,) or (n, k)."""
        return outputs if self.has_probabilities else np.asarray(self.decide(outputs))

    @abstractmethod
    def constant(self, values: NDArray[Any], n_outputs: int, weight: Array | None = None) -> Array:
        """The best constant output, shape (k,): class shares, label frequencies, or means."""

    @abstractmethod
    def deviance(self, values: NDArray[Any], outputs: Array) -> Array:
        """Deviance of each row, shape (n,): negative log-likelihood of classes and labels, squared error of values."""

    @abstractmethod
    def meta_features(self, outputs: Array) -> Array:
        """Columns, (n, m), that a stacked model learns from in place of another model's outputs."""

    def n_meta_features(self, n_outputs: int) -> int:
        """Number of columns that :meth:`meta_features` gives."""
        return n_outputs

    @abstractmethod
    def torch_link(self, raw: Tensor) -> Tensor:
        """:meth:`link` in torch, for raw outputs of shape (n, k)."""

    @abstractmethod
    def torch_loss(self, raw: Tensor, target: Tensor, label_smoothing: float = 0.0) -> Tensor:
        """Loss of each sample, shape (n,), of a network's raw outputs.

        Args:
            raw: Logits, or standardised values; shape (n, k).
            target: Codes (n,) int64, labels (n, k), or standardised values (n,) or (n, k).
            label_smoothing: Share of the truth that is spread over all classes; values have none.
        """
