"""Ratios, differences and products of the strongest numbers."""

from __future__ import annotations

from itertools import combinations
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field
from sklearn.base import BaseEstimator, TransformerMixin

from automl_flow.core.config import Config
from automl_flow.features.generator import FeatureContext, FeatureGenerator, Proposal

Operation = Literal["ratio", "difference", "product"]
_SIGNS: dict[str, str] = {"ratio": "/", "difference": "-", "product": "*"}
_MIN_VALUES = 3  # products of flags are interactions that trees find themselves


class ArithmeticOptions(Config):
    """An operation, and the pairs of columns (by position) to apply it to."""

    operation: Operation
    pairs: list[tuple[int, int]] = Field(min_length=1)


class Arithmetic(TransformerMixin, BaseEstimator):
    """One column ``a / b``, ``a - b`` or ``a * b`` for each pair; missing where either is, or where *b* is 0.

    Args:
        operation: ``ratio``, ``difference`` or ``product``.
        pairs: Positions of *a* and *b*.
    """

    def __init__(self, operation: Operation = "ratio", pairs: tuple[tuple[int, int], ...] = ((0, 1),)) -> None:
        self.operation = operation
        self.pairs = pairs

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Nothing is learned but the names."""
        self.columns_ = [str(name) for name in X.columns]
        return self

    def transform(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Return one column per pair."""
        values = X.to_numpy(dtype=np.float64)
        a = values[:, [first for first, _ in self.pairs]]
        b = values[:, [second for _, second in self.pairs]]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            made = a / b if self.operation == "ratio" else a - b if self.operation == "difference" else a * b
        made[~np.isfinite(made)] = np.nan
        return np.asarray(made)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Names of the features."""
        sign, names = _SIGNS[self.operation], self.columns_
        return np.array([f"+{names[a]}{sign}{names[b]}" for a, b in self.pairs], dtype=object)


def propose(context: FeatureContext) -> list[Proposal]:
    """All pairs of the strongest numbers, one proposal per operation."""
    columns = tuple(c for c in context.numbers if context.unique[c] >= _MIN_VALUES)[: context.strong]
    pairs = [list(pair) for pair in combinations(range(len(columns)), 2)]
    if not pairs:
        return []
    return [Proposal(columns, {"operation": name, "pairs": pairs}, len(pairs)) for name in _SIGNS]


def build(options: ArithmeticOptions, seed: int) -> Arithmetic:  # noqa: ARG001 - one signature for all
    """Build the transformer."""
    return Arithmetic(options.operation, tuple(options.pairs))


ENTRY = FeatureGenerator(
    about="Ratios, differences or products of pairs of the strongest numbers.",
    step="numbers",
    order=5,
    options=ArithmeticOptions,
    propose=propose,
    build=build,
    skops_types=(f"{__name__}.Arithmetic",),
)
