"""Binary and multiclass classification: one of several mutually exclusive classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.errors import DataError, quoted
from automl_flow.tasks.labels import distinct_labels, find_label
from automl_flow.tasks.problem_types.base import MIN_CHANCE, Array, EncodedTarget, ProblemType, Subproblem
from automl_flow.tasks.types import Label, Problem

if TYPE_CHECKING:
    from torch import Tensor

MIN_LIKELIHOOD = 1e-12  # below, a log-likelihood says more about rounding than about the model


class Multiclass(ProblemType):
    """Classification into two or more classes."""

    name: ClassVar[Problem] = "multiclass"
    title = "multiclass classification"
    default_metric = "log_loss"
    default_sample_metric = "accuracy"
    tie_metric = "log_loss"
    has_classes = True
    has_probabilities = True

    def encode(self, y: pd.DataFrame, positive: Label | None, favourable: Label | None) -> EncodedTarget:
        """Number the classes in their natural order."""
        series = y.iloc[:, 0].astype(object)
        target = str(y.columns[0])
        distinct = distinct_labels(series, target)
        try:
            classes = sorted(distinct)
        except TypeError:  # 1 and "a" do not compare
            classes = sorted(distinct, key=lambda value: (type(value).__name__, str(value)))
        if len(classes) < 2:
            raise DataError(f"target {target!r} has one class only, {quoted(classes[0])}; there is nothing to learn")
        classes = self._order(classes, target, positive, favourable)
        codes = series.map({value: code for code, value in enumerate(classes)}).to_numpy(dtype=np.int64)
        return EncodedTarget(codes, tuple(classes))

    def _order(
        self,
        classes: list[Any],
        target: str,  # noqa: ARG002 - one signature for all
        positive: Label | None,  # noqa: ARG002
        favourable: Label | None,  # noqa: ARG002
    ) -> list[Any]:
        """Classes in the order of their codes."""
        return classes

    def suits(self, classes: tuple[Label, ...] | None) -> bool:
        """Whether there are two classes or more."""
        return classes is not None and len(classes) > 1

    def suits_model(self, n_classes: int, n_outputs: int) -> bool:  # noqa: ARG002 - one signature for all
        """Whether there are three classes or more; with two, the rows at hand pose a binary problem."""
        return n_classes > 2

    def restrict(self, values: NDArray[Any], rows: NDArray[np.int64], n_outputs: int) -> Subproblem:
        """Renumber the classes that occur among *rows*."""
        present = tuple(int(code) for code in np.unique(values[rows]))
        lookup = np.full(n_outputs, -1, dtype=np.int64)
        lookup[list(present)] = np.arange(len(present))
        return Subproblem("multiclass" if len(present) > 2 else "binary", present, lookup[values])

    def link(self, raw: NDArray[np.floating]) -> NDArray[np.floating]:
        """Softmax over the last axis."""
        shifted = np.exp(raw - raw.max(axis=-1, keepdims=True))
        return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))

    def normalise(self, outputs: Array) -> Array:
        """Let the probabilities of a row add up to 1."""
        return np.asarray(outputs / np.maximum(outputs.sum(axis=1, keepdims=True), np.finfo(np.float64).tiny))

    def decide(self, outputs: Array) -> NDArray[Any]:
        """The code of the most probable class, (n,)."""
        return np.asarray(outputs.argmax(axis=1))

    def constant(self, values: NDArray[Any], n_outputs: int, weight: Array | None = None) -> Array:
        """Shares of the classes."""
        shares = np.bincount(values.astype(np.int64), weights=weight, minlength=n_outputs)
        return np.asarray(shares / shares.sum())

    def deviance(self, values: NDArray[Any], outputs: Array) -> Array:
        """Negative log-probability of the true class."""
        chosen = outputs[np.arange(len(values)), values.astype(np.int64)] / outputs.sum(axis=1)
        return np.asarray(-np.log(np.maximum(chosen, MIN_LIKELIHOOD)))

    def meta_features(self, outputs: Array) -> Array:
        """Log-odds of two classes, else the logarithm of each probability.

        On that scale thresholds drawn at random tell a small probability from a very small one.
        """
        logs = np.log(np.clip(outputs, MIN_CHANCE, 1.0))
        return np.asarray(logs[:, 1:] - logs[:, :1] if outputs.shape[1] == 2 else logs)

    def n_meta_features(self, n_outputs: int) -> int:
        """One for two classes, else one per class."""
        return 1 if n_outputs == 2 else n_outputs

    def torch_link(self, raw: Tensor) -> Tensor:
        """Softmax."""
        return raw.softmax(1)

    def torch_loss(self, raw: Tensor, target: Tensor, label_smoothing: float = 0.0) -> Tensor:
        """Cross-entropy."""
        from torch.nn.functional import cross_entropy

        return cross_entropy(raw, target, label_smoothing=label_smoothing, reduction="none")


class Binary(Multiclass):
    """Classification into two classes; the positive one comes last."""

    name: ClassVar[Problem] = "binary"
    title = "binary classification"
    default_metric = "roc_auc"
    has_direction = True
    has_positive = True

    def _order(self, classes: list[Any], target: str, positive: Label | None, favourable: Label | None) -> list[Any]:
        """Put the positive class last."""
        if len(classes) != 2:
            raise DataError(
                f"target {target!r} of a binary problem must have two classes, got {len(classes)}: "
                f"{', '.join(map(quoted, classes[:10]))}; is it 'multiclass' or 'regression'?"
            )
        if favourable is not None:
            find_label(favourable, classes, "favourable", target)
        if positive is None:
            return classes
        last = find_label(positive, classes, "positive", target)
        return [*(value for value in classes if value is not last), last]

    def suits(self, classes: tuple[Label, ...] | None) -> bool:
        """Whether there are two classes."""
        return classes is not None and len(classes) == 2

    def suits_model(self, n_classes: int, n_outputs: int) -> bool:  # noqa: ARG002 - one signature for all
        """Whether there are two classes."""
        return n_classes == 2
