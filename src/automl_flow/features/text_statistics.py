"""Length and composition of texts."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from automl_flow.features.generator import FeatureContext, FeatureGenerator, NoOptions, Proposal

_PARTS = ("characters", "words", "wordlength", "digits", "capitals", "marks")


class TextStatistics(TransformerMixin, BaseEstimator):
    """Characters, words, mean word length, and the shares of digits, capitals and punctuation of each text."""

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Nothing is learned but the names."""
        self.columns_ = [str(name) for name in X.columns]
        return self

    def transform(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Return six columns per text; an empty text gives zeros."""
        made = [np.array([_describe(text) for text in X.iloc[:, i]], dtype=np.float64) for i in range(X.shape[1])]
        return np.hstack([part.reshape(len(X), len(_PARTS)) for part in made])

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Names of the features."""
        return np.array([f"+{name}.{part}" for name in self.columns_ for part in _PARTS], dtype=object)


def _describe(text: str) -> tuple[float, ...]:
    size, words = len(text), text.split()
    if not size:
        return (0.0,) * len(_PARTS)
    letters = sum(map(len, words))
    capitals = sum(map(str.isupper, text))
    marks = letters - sum(map(str.isalnum, text))
    digits = sum(map(str.isdigit, text))
    return size, len(words), letters / max(len(words), 1), digits / size, capitals / size, marks / size


def propose(context: FeatureContext) -> list[Proposal]:
    """One proposal per text column."""
    return [Proposal((name,), size=len(_PARTS)) for name in context.texts]


def build(options: NoOptions, seed: int) -> TextStatistics:  # noqa: ARG001 - one signature for all
    """Build the transformer."""
    return TextStatistics()


ENTRY = FeatureGenerator(
    about="Length, words, digits, capitals and punctuation of a text.",
    step="numbers",
    order=1,
    options=NoOptions,
    propose=propose,
    build=build,
    skops_types=(f"{__name__}.TextStatistics",),
)
