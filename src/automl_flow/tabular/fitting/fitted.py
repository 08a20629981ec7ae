"""Fitted candidates: restored from a search's state folder, or fitted again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from automl_flow.execution.store import ResultStore
from automl_flow.models.family import Array, ModelFamily
from automl_flow.serialization.manifest import Files
from automl_flow.tabular.candidate import Candidate
from automl_flow.tabular.fitting.fold_models import (
    STAND_IN,
    Part,
    is_stored,
    layer_store,
    part_name,
    part_store,
    read_part,
)
from automl_flow.tabular.fitting.meta_features import as_readings, beside
from automl_flow.tabular.fitting.objective import TrialContext, fit_part
from automl_flow.tabular.fitting.preprocessors import ALL_ROWS, Preprocessors, Rows
from automl_flow.tabular.problem import TabularProblem
from automl_flow.tasks.problem_types import problem_type


@dataclass(frozen=True)
class FittedCandidate:
    """A candidate with its models.

    Attributes:
        candidate: What it is.
        parts: The models. Those of all rows have half of the vote together and those of folds the other half.
        family: How to use them.
        preprocessors: Fitted preprocessors by the parts' key; candidates of one search share them.
    """

    candidate: Candidate
    parts: tuple[Part, ...]
    family: ModelFamily
    preprocessors: Mapping[str, Any]

    def predict_rows(self, rows: Rows, said: Mapping[int, Array]) -> Array:
        """Predict rows that other candidates may have encoded already: probabilities (n, k) or values (n, 1).

        Args:
            rows: The rows.
            said: Predictions of the candidates that this one reads, by number.
        """
        whole = [part for part in self.parts if part.fold == ALL_ROWS]
        folds = [part for part in self.parts if part.fold != ALL_ROWS]
        votes = [self._mean(parts, rows, said) for parts in (whole, folds) if parts]
        return np.asarray(np.mean(votes, axis=0))

    def _mean(self, parts: Sequence[Part], rows: Rows, said: Mapping[int, Array]) -> Array:
        kind = problem_type(parts[0].problem)
        total = np.zeros((len(rows.frame), parts[0].outputs))
        for part in parts:
            encoded = rows.encoded(self.preprocessors[part.preprocessor_key])
            if self.candidate.base_models:
                encoded = beside(encoded, as_readings([said[n] for n in self.candidate.base_models], kind))
            total += part.predict(self.family, encoded)
        return total / len(parts)


def fit_candidates(
    problem: TabularProblem,
    candidates: Sequence[Candidate],
    families: Mapping[str, ModelFamily],
    store: ResultStore,
    *,
    seed: int,
    threads: int = 1,
    copies: Mapping[int, int] | None = None,
    folds: Mapping[int, tuple[int, ...]] | None = None,
) -> tuple[FittedCandidate, ...]:
    """Return candidates with their models, read from *store*.

    A candidate without other models has that of one fold. Models of folds that the search left out are fitted here.

    Args:
        problem: The problem that was searched.
        candidates: What to fit.
        families: Families by name.
        store: Results of the search.
        seed: Seed of the search; with the same threads, fitting again gives the same models.
        threads: Threads of one fit.
        copies: How many models of all rows a candidate has in *store*, by its number.
        folds: Folds whose models it has along with them, by its number.
    """
    context = TrialContext(problem, families, store, seed, threads)
    preprocessors, files = Preprocessors(), Files.of_store(store)
    fitted = []
    for candidate in candidates:
        family = families[candidate.family]
        number = candidate.number
        parts = _parts(context, candidate, family, (copies or {}).get(number, 0), (folds or {}).get(number, ()))
        for part in parts:
            preprocessors.read(files, part.preprocessor_key)
        fitted.append(FittedCandidate(candidate, parts, family, preprocessors.by_key))
    return tuple(fitted)


def _parts(
    context: TrialContext, candidate: Candidate, family: ModelFamily, copies: int, folds: tuple[int, ...]
) -> tuple[Part, ...]:
    layer = layer_store(context.store, candidate.base_models)
    files = Files.of_store(part_store(layer, candidate.number))
    parts = [read_part(files, "", part_name(ALL_ROWS, copy), family) for copy in range(copies)]
    for fold in folds or (() if copies else (STAND_IN,)):
        if is_stored(layer, candidate.number, fold):
            parts.append(read_part(files, "", part_name(fold), family))
        else:
            parts.append(fit_part(context, family, candidate.params, fold, base_models=candidate.base_models)[0])
    return tuple(parts)
