"""Restoring fitted candidates from the results of a search; what the search left out is fitted again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from automl_flow.execution.store import ResultStore
from automl_flow.models.family import ModelFamily
from automl_flow.serialization.manifest import Files
from automl_flow.tabular.candidate import Candidate
from automl_flow.tabular.fitting.fold_models import (
    STAND_IN,
    FoldModel,
    is_stored,
    layer_store,
    model_name,
    model_store,
    read_fold_model,
)
from automl_flow.tabular.fitting.objective import TrialContext, fit_model
from automl_flow.tabular.fitting.preprocessors import ALL_ROWS, Preprocessors
from automl_flow.tabular.predictor import FittedCandidate
from automl_flow.tabular.problem import TabularProblem


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
    """Read candidates with their models.

    A candidate without any other model has that of one fold. Fold models that the search did not keep are fitted here.

    Args:
        problem: The problem that was searched.
        candidates: What to fit.
        families: Families by name.
        store: Results of the search.
        seed: Seed of the search; with the same threads, fitting again gives the same models.
        threads: Threads of one fit.
        copies: Full-data models that a candidate has in *store*, by its number.
        folds: Folds whose models it has in addition, by its number.
    """
    context = TrialContext(problem, families, store, seed, threads)
    preprocessors, files = Preprocessors(), Files.of_store(store)
    fitted = []
    for candidate in candidates:
        family = families[candidate.family]
        number = candidate.number
        models = _models(context, candidate, family, (copies or {}).get(number, 0), (folds or {}).get(number, ()))
        for model in models:
            preprocessors.read(files, model.preprocessor_key)
        fitted.append(FittedCandidate(candidate, models, family, preprocessors.by_key))
    return tuple(fitted)


def _models(
    context: TrialContext, candidate: Candidate, family: ModelFamily, copies: int, folds: tuple[int, ...]
) -> tuple[FoldModel, ...]:
    layer = layer_store(context.store, candidate.base_models)
    files = Files.of_store(model_store(layer, candidate.number))
    models = [read_fold_model(files, "", model_name(ALL_ROWS, copy), family) for copy in range(copies)]
    for fold in folds or (() if copies else (STAND_IN,)):
        if is_stored(layer, candidate.number, fold):
            models.append(read_fold_model(files, "", model_name(fold), family))
        else:
            models.append(fit_model(context, family, candidate.params, fold, base_models=candidate.base_models)[0])
    return tuple(models)
