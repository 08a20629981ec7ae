"""Fitted candidates: restored from a search's state folder, or fitted again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from automl_flow.search import storage
from automl_flow.search.candidate import Candidate
from automl_flow.search.family import Array, ModelFamily
from automl_flow.search.members import (
    ALL_ROWS,
    STAND_IN,
    Part,
    is_stored,
    part_folder,
    part_name,
    preprocessor_path,
    read_part,
)
from automl_flow.search.objective import TrialContext, encoded_fold, fit_part
from automl_flow.search.problem import TabularProblem


@dataclass
class Rows:
    """Raw rows that several models predict; each step of a preprocessor is taken once.

    Attributes:
        frame: The rows.
    """

    frame: pd.DataFrame
    _encoded: dict[tuple[int, ...], Any] = field(default_factory=dict, repr=False)

    def encoded(self, preprocessor: Any) -> Any:
        """The rows as *preprocessor*, a pipeline, encodes them."""
        rows: Any = self.frame
        steps: tuple[int, ...] = ()
        for _, step in preprocessor.steps:
            steps = (*steps, id(step))
            if steps not in self._encoded:
                self._encoded[steps] = step.transform(rows)
            rows = self._encoded[steps]
        return rows


class Preprocessors:
    """Fitted preprocessors as they are read; steps that learned the same are one object.

    The encodings of the same rows have their first step in common, which reads the raw columns. So :class:`Rows` has
    less to do.
    """

    def __init__(self) -> None:
        self.by_key: dict[str, Any] = {}
        self._steps: dict[bytes, Any] = {}

    def read(self, key: str, path: Path) -> None:
        """Read the preprocessor *key* from a file, unless that has happened."""
        if key in self.by_key:
            return
        preprocessor = storage.load(path.read_bytes(), str(path))
        preprocessor.steps = [(name, self._shared(step)) for name, step in preprocessor.steps]
        self.by_key[key] = preprocessor

    def _shared(self, step: Any) -> Any:
        return self._steps.setdefault(hashlib.sha256(storage.dump(step)).digest(), step)


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

    def predict(self, X: pd.DataFrame) -> Array:
        """Predict raw rows: probabilities (n, k) or values (n, 1)."""
        return self.predict_rows(Rows(X))

    def predict_rows(self, rows: Rows) -> Array:
        """Predict rows that other candidates may have encoded already."""
        whole = [part for part in self.parts if part.fold == ALL_ROWS]
        folds = [part for part in self.parts if part.fold != ALL_ROWS]
        votes = [self._mean(parts, rows) for parts in (whole, folds) if parts]
        return np.asarray(np.mean(votes, axis=0))

    def _mean(self, parts: Sequence[Part], rows: Rows) -> Array:
        total = np.zeros((len(rows.frame), parts[0].outputs))
        for part in parts:
            total += part.predict(self.family, rows.encoded(self.preprocessors[part.preprocessor_key]))
        return total / len(parts)


def fit_candidates(
    problem: TabularProblem,
    candidates: Sequence[Candidate],
    families: Mapping[str, ModelFamily],
    state: Path,
    *,
    seed: int,
    threads: int = 1,
    copies: Mapping[int, int] | None = None,
    folds: Mapping[int, tuple[int, ...]] | None = None,
) -> tuple[FittedCandidate, ...]:
    """Return candidates with their models, read from *state*.

    A candidate without other models has that of one fold. Models of folds that the search left out are fitted here.

    Args:
        problem: The problem that was searched.
        candidates: What to fit.
        families: Families by name.
        state: State folder of the search.
        seed: Seed of the search; with the same threads, fitting again gives the same models.
        threads: Threads of one fit.
        copies: How many models of all rows a candidate has in *state*, by its number.
        folds: Folds whose models it has along with them, by its number.
    """
    context = TrialContext(problem, families, Path(state), seed, threads)
    preprocessors = Preprocessors()
    fitted = []
    for candidate in candidates:
        family = families[candidate.family]
        number = candidate.number
        parts = _parts(context, candidate, family, (copies or {}).get(number, 0), (folds or {}).get(number, ()))
        for part in parts:
            path = preprocessor_path(context.state, part.preprocessor_key)
            if not path.is_file():
                encoded_fold(context, part.encoding, part.fold)  # fits it and stores it there
            preprocessors.read(part.preprocessor_key, path)
        fitted.append(FittedCandidate(candidate, parts, family, preprocessors.by_key))
    return tuple(fitted)


def _parts(
    context: TrialContext, candidate: Candidate, family: ModelFamily, copies: int, folds: tuple[int, ...]
) -> tuple[Part, ...]:
    folder = part_folder(context.state, candidate.number)
    parts = [read_part(folder, part_name(ALL_ROWS, copy), family) for copy in range(copies)]
    for fold in folds or (() if copies else (STAND_IN,)):
        if is_stored(context.state, candidate.number, fold):
            parts.append(read_part(folder, part_name(fold), family))
        else:
            parts.append(fit_part(context, family, candidate.params, fold)[0])
    return tuple(parts)
