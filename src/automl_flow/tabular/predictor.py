"""Predictors of candidates: their fitted models, and rows that are encoded once for all of them."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from automl_flow.models.family import Array, ModelFamily
from automl_flow.tabular.candidate import Candidate
from automl_flow.tabular.fitting.fold_models import FoldModel
from automl_flow.tabular.fitting.meta_features import append_columns, as_meta_features
from automl_flow.tabular.fitting.preprocessors import ALL_ROWS
from automl_flow.tasks.problem_types import problem_type


@dataclass
class EncodedRowCache:
    """Raw rows that several models predict, in several threads; each step of a preprocessor is run once.

    Attributes:
        frame: The rows.
    """

    frame: pd.DataFrame
    _encoded: dict[tuple[int, ...], Any] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def encoded(self, preprocessor: Any) -> Any:
        """The rows as *preprocessor*, a pipeline, encodes them."""
        rows: Any = self.frame
        steps: tuple[int, ...] = ()
        with self._lock:  # Python's own lock lets one thread encode at a time anyway
            for _, step in preprocessor.steps:
                steps = (*steps, id(step))
                if steps not in self._encoded:
                    self._encoded[steps] = step.transform(rows)
                rows = self._encoded[steps]
        return rows


@dataclass(frozen=True)
class FittedCandidate:
    """A candidate with its models.

    Attributes:
        candidate: What it is.
        models: Full-data models, which have half of the weight together, and fold models, which have the other half.
        family: How to use them.
        preprocessors: Fitted preprocessors by the models' key; candidates of one search share them.
    """

    candidate: Candidate
    models: tuple[FoldModel, ...]
    family: ModelFamily
    preprocessors: Mapping[str, Any]

    def predict_rows(self, rows: EncodedRowCache, base_predictions: Mapping[int, Array]) -> Array:
        """Predict rows that other candidates may have encoded already: probabilities (n, k) or values (n, 1).

        Args:
            rows: The rows.
            base_predictions: Predictions of the base models that it reads, by number.
        """
        whole = [model for model in self.models if model.fold == ALL_ROWS]
        folds = [model for model in self.models if model.fold != ALL_ROWS]
        means = [self._mean(models, rows, base_predictions) for models in (whole, folds) if models]
        return np.asarray(np.mean(means, axis=0))

    def _mean(self, models: Sequence[FoldModel], rows: EncodedRowCache, base_predictions: Mapping[int, Array]) -> Array:
        kind = problem_type(models[0].problem)
        total = np.zeros((len(rows.frame), models[0].outputs))
        for model in models:
            encoded = rows.encoded(self.preprocessors[model.preprocessor_key])
            if self.candidate.base_models:
                read = [base_predictions[number] for number in self.candidate.base_models]
                encoded = append_columns(encoded, as_meta_features(read, kind))
            total += model.predict(self.family, encoded)
        return total / len(models)
