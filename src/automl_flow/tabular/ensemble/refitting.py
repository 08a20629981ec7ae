"""Fitting an ensemble that was chosen already on other rows, to see what the choice is worth there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
import pandas as pd

from automl_flow.execution.store import FolderStore
from automl_flow.execution.tempdir import temporary_folder
from automl_flow.models.family import Array, ModelFamily
from automl_flow.tabular.candidate import Candidate
from automl_flow.tabular.fitting.objective import TrialContext, encoded_fold, fit_model
from automl_flow.tabular.fitting.preprocessors import ALL_ROWS
from automl_flow.tabular.problem import TabularProblem


@dataclass(frozen=True)
class Chosen:
    """An ensemble as a search chose it.

    Attributes:
        candidates: Its members, none of which reads the predictions of others.
        weights: Weight of each; they add up to 1.
        families: How to fit them.
        seed: Seed of the fits.
    """

    candidates: tuple[Candidate, ...]
    weights: tuple[float, ...]
    families: Mapping[str, ModelFamily]
    seed: int

    def fit_predict(self, problem: TabularProblem, rows: pd.DataFrame) -> Array:
        """Fit every member on all rows of *problem* and predict others: probabilities (n, k) or values (n, 1).

        Preprocessing is fitted on the same rows. Iterative members take as many steps as they took in the search, so
        that the rows to predict decide nothing.
        """
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1), temporary_folder("refit-") as state:  # as in the search: sums depend on the threads
            context = TrialContext(problem, self.families, FolderStore(state), self.seed)
            predicted = [self._member(context, candidate, rows) for candidate in self.candidates]
        return np.tensordot(np.asarray(self.weights), np.stack(predicted), axes=1)

    def _member(self, context: TrialContext, candidate: Candidate, rows: pd.DataFrame) -> Array:
        family = self.families[candidate.family]
        steps = round(median(candidate.iterations)) if candidate.iterations else None
        part, _ = fit_model(context, family, candidate.params, ALL_ROWS, iterations=steps)
        preprocessor = encoded_fold(context, family.encoding, ALL_ROWS).preprocessor
        return part.predict(family, preprocessor.transform(rows))


def chosen_ensemble(
    candidates: Sequence[Candidate], weights: Sequence[float], families: Mapping[str, ModelFamily], seed: int
) -> Chosen | None:
    """The members that have a weight; ``None`` where one is stacked on others, or its family is not installed.

    Args:
        candidates: All candidates of a search.
        weights: Ensemble weight of each.
        families: Installed families by name.
        seed: Seed of the search.
    """
    members = [(candidate, weight) for candidate, weight in zip(candidates, weights, strict=True) if weight]
    if not members or any(candidate.base_models or candidate.family not in families for candidate, _ in members):
        return None
    total = sum(weight for _, weight in members)
    return Chosen(tuple(c for c, _ in members), tuple(w / total for _, w in members), families, seed)
