"""Latent semantic analysis of texts."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.utils.extmath import safe_sparse_dot
from sklearn.utils.validation import check_is_fitted

from automl_flow.core.errors import ArtifactError

_VOCABULARY = 20_000
_MAX_OUTPUTS = 1_000  # of a text: far more than a recipe may ask for


class TextComponents(TransformerMixin, BaseEstimator):
    """Latent semantic analysis of each text column: scikit-learn's TF-IDF, then a truncated SVD.

    Terms that occur in one text only are left out if there are at least 100 texts. A column without any term gives
    no output. Deerwester et al., "Indexing by latent semantic analysis" (1990).

    Args:
        components: Maximum outputs per column.
        analyzer: ``words`` (and pairs of words) or ``characters`` (pieces of 3–4, inside words).
        seed: For the randomised SVD.
    """

    def __init__(self, components: int = 20, analyzer: Literal["words", "characters"] = "words", seed: int = 0) -> None:
        self.components = components
        self.analyzer = analyzer
        self.seed = seed

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Learn the terms and the components of each column."""
        self.columns_ = [str(name) for name in X.columns]
        self.models_ = [self._fit_column(X.iloc[:, position]) for position in range(X.shape[1])]
        return self

    def transform(self, X: pd.DataFrame) -> NDArray[np.float32]:
        """Return the components of all columns, float32.

        Raises:
            ArtifactError: It was read from a file, and would fill the memory.
        """
        check_is_fitted(self, "models_")
        parts = [np.empty((len(X), 0), dtype=np.float32)]
        for position, (terms, weights, axes) in enumerate(self.models_):
            if not terms:
                continue
            if len(terms if axes is None else axes) > _MAX_OUTPUTS:
                raise ArtifactError(f"more than {_MAX_OUTPUTS} components of one text are none that we store")
            vectorizer = self._vectorizer(vocabulary=terms)
            vectorizer.idf_ = weights
            found = vectorizer.transform(X.iloc[:, position])
            parts.append(found.toarray() if axes is None else safe_sparse_dot(found, axes.T).astype(np.float32))
        return np.hstack(parts)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002
        """``column~number`` for every output."""
        names: list[str] = []
        for column, (terms, _, axes) in zip(self.columns_, self.models_, strict=True):
            count = len(terms) if axes is None else len(axes)
            names += [f"{column}~{number}" for number in range(count)]
        return np.array(names, dtype=object)

    def _vectorizer(self, **learned: Any) -> TfidfVectorizer:
        by_words = self.analyzer == "words"
        return TfidfVectorizer(
            analyzer="word" if by_words else "char_wb",
            ngram_range=(1, 2) if by_words else (3, 4),
            sublinear_tf=True,
            dtype=np.float32,
            **learned,
        )

    def _fit_column(self, column: pd.Series[Any]) -> tuple[list[str], NDArray[Any] | None, NDArray[Any] | None]:
        """Terms in the order of their columns, weights of them, and the components; no terms where there are none.

        They are kept as plain lists and arrays: scikit-learn's own objects would be stored with an expression to find
        words by, and with places of words that are followed unchecked.
        """
        vectorizer = self._vectorizer(min_df=2 if len(column) >= 100 else 1, max_features=_VOCABULARY)
        try:
            matrix = vectorizer.fit_transform(column)
        except ValueError:  # scikit-learn's way to say that there is no term
            return [], None, None
        terms = [str(term) for term in vectorizer.get_feature_names_out()]
        if matrix.shape[1] <= self.components:
            return terms, vectorizer.idf_, None
        reduce = TruncatedSVD(self.components, random_state=self.seed).fit(matrix)
        return terms, vectorizer.idf_, reduce.components_
