"""One-hot encoding of pandas categories."""

from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.preprocessing import OneHotEncoder
from sklearn.utils.validation import check_is_fitted

from automl_flow.recipes.transformers.labels import OTHER, label_codes


class OneHotLabels(TransformerMixin, BaseEstimator):
    """scikit-learn's ``OneHotEncoder``, learned from the codes of pandas categories.

    A missing value is a label of its own if training saw one; rare labels are pooled, and labels unseen in
    training join the pool (all zeros if there is none). A column of two labels becomes one column.

    Args:
        rare: Labels seen less often than this in training are pooled.
    """

    def __init__(self, rare: int = 1) -> None:
        self.rare = rare

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Learn which labels occur."""
        codes = label_codes(X)
        encoder = OneHotEncoder(
            handle_unknown="infrequent_if_exist",
            min_frequency=self.rare if self.rare > 1 else None,
            sparse_output=False,
            dtype=np.float32,
            drop="if_binary",
        )
        encoder.fit(codes)
        self.known_ = list(encoder.categories_)
        self.places_ = [self._places(encoder, position) for position in range(codes.shape[1])]
        self.names_ = self._names(encoder, X)
        return self

    def transform(self, X: Any) -> NDArray[np.float32]:
        """Return zeros and ones, float32."""
        check_is_fitted(self, "known_")
        made = np.zeros((len(X), len(self.names_)), dtype=np.float32)
        for codes, known, places in zip(label_codes(X).T, self.known_, self.places_, strict=True):
            nearest = np.minimum(np.searchsorted(known, codes), len(known) - 1)
            place = np.where(known[nearest] == codes, places[nearest], places[-1])
            rows = np.flatnonzero(place >= 0)
            made[rows, place[rows]] = 1.0
        return made

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002
        """``column=label`` for every output."""
        return np.array(self.names_, dtype=object)

    def _places(self, encoder: OneHotEncoder, position: int) -> NDArray[np.int64]:
        """Output of each label of a column, and last that of labels that training did not see; -1 for none.

        scikit-learn's encoder follows what it has stored without a check, so that only its answers are kept.
        """
        first = [known[0] for known in self.known_]
        rows = np.tile(np.array(first, dtype=np.int64), (len(self.known_[position]) + 1, 1))
        rows[:-1, position] = self.known_[position]
        rows[-1, position] = self.known_[position][-1] + 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # unseen labels become zeros, as wanted
            made = encoder.transform(rows)
        start = int(sum(encoder._n_features_outs[:position]))
        own = made[:, start : start + int(encoder._n_features_outs[position])]
        return np.where(own.any(axis=1), start + own.argmax(axis=1), -1) if own.shape[1] else np.full(len(rows), -1)

    def _names(self, encoder: OneHotEncoder, X: pd.DataFrame) -> list[str]:
        inputs = [str(position) for position in range(X.shape[1])]
        names = []
        for name in encoder.get_feature_names_out(inputs):
            position, _, code = str(name).partition("_")
            column = X.columns[int(position)]
            names.append(f"{column}={_label(X[column].cat.categories, code)}")
        return names


def _label(categories: pd.Index[Any], code: str) -> str:
    if not code.lstrip("-").isdigit():
        return OTHER
    return "(missing)" if int(code) < 0 else str(categories[int(code)])
