"""The objective of the tabular search: fit one candidate on every fold, in a worker process."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.seeds import derive_seed
from automl_flow.execution.store import ResultStore
from automl_flow.models.family import Array, Encoding, FitContext, Fitted, FoldData, ModelFamily, Params
from automl_flow.recipes import build_preprocessor
from automl_flow.study.parts import CombineJob, PartJob, Parts
from automl_flow.study.trial import TrialJob, TrialResult
from automl_flow.tabular.candidate import Suggestion, TrialFacts
from automl_flow.tabular.fitting.encoding_cache import EncodedRows, EncodingCache
from automl_flow.tabular.fitting.fold_models import (
    FoldModel,
    delete_models,
    kept_folds,
    layer_store,
    model_store,
    read_oof,
    write_fold_model,
    write_oof,
)
from automl_flow.tabular.fitting.meta_features import append_columns, as_meta_features, n_meta_features
from automl_flow.tabular.fitting.preprocessors import ALL_ROWS, preprocessor_file, preprocessor_key, write_preprocessor
from automl_flow.tabular.problem import TabularProblem
from automl_flow.tabular.schedule import deadline


@dataclass(frozen=True)
class TrialContext:
    """Context that every worker of a search holds.

    Attributes:
        problem: The data.
        families: Families by name.
        store: Predictions and models of trials.
        seed: Seed of the search.
        threads: Threads of one fit.
        cache: Rows already encoded by this worker, shared by its concurrent trials.
    """

    problem: TabularProblem
    families: Mapping[str, ModelFamily]
    store: ResultStore
    seed: int
    threads: int = 1
    cache: EncodingCache = field(default_factory=EncodingCache, repr=False, compare=False)


@dataclass(frozen=True)
class FoldOutcome:
    """Outcome of fitting a candidate on one fold.

    Attributes:
        loss: Loss on the validation rows.
        prediction: Predictions of the validation rows, (n, k); k = 1 in regression.
        work: Estimated microseconds of one thread to predict a row.
        iterations: Boosting steps, epochs or trees kept; ``None`` if the family has none.
        cut_short: Whether a deadline ended the fit before its own stopping rule.
    """

    loss: float
    prediction: Array
    work: float
    iterations: int | None
    cut_short: bool


def fold_parts(problem: TabularProblem, families: Mapping[str, ModelFamily]) -> Parts[Suggestion, FoldOutcome]:
    """The parts of a tabular trial: one per fold, run concurrently."""
    return Parts(
        count=len(problem.folds),
        evaluate=evaluate_fold,
        combine=combine_folds,
        is_pruned=is_pruned,
        checkpoints=lambda candidate: candidate.prune_thresholds,
        affinity=lambda candidate, fold: preprocessor_key(families[candidate.family].encoding, fold),
    )


def evaluate_fold(context: TrialContext, job: PartJob[Suggestion]) -> FoldOutcome:
    """Fit the job's candidate on one fold, within its share of the time."""
    return fit_fold(context, job.number, job.suggestion, job.part, deadline(job.suggestion.soft_seconds, job))


def combine_folds(context: TrialContext, job: CombineJob[Suggestion, FoldOutcome]) -> TrialResult:
    """Combine a trial's fitted folds into its result; models of a pruned trial are deleted."""
    if is_pruned(job.suggestion, job.results):
        delete_models(layer_store(context.store, job.suggestion.base_models), job.number)
        return _evaluation((), job.suggestion, job.results, pruned=True)
    return combine(context, job.number, job.suggestion, job.results)


def evaluate(context: TrialContext, job: TrialJob[Suggestion]) -> TrialResult:
    """Evaluate a trial in this process, one fold after another, with the same result as in a search.

    Args:
        context: Data and settings.
        job: What to fit, and the time for it.
    """
    began, n_folds = time.monotonic(), len(context.problem.folds)
    outcomes: list[FoldOutcome] = []
    for fold in range(n_folds):
        spent = time.monotonic() - began
        left = None if job.seconds_left is None else job.seconds_left - spent
        part = PartJob(job.number, job.suggestion, left, fold, n_folds - fold, n_folds - fold, spent)
        outcomes.append(evaluate_fold(context, part))
        if is_pruned(job.suggestion, outcomes):
            break
    return combine_folds(context, CombineJob(job.number, job.suggestion, tuple(outcomes)))


def is_pruned(candidate: Suggestion, outcomes: Sequence[FoldOutcome]) -> bool:
    """Whether a trial ends early, given the outcomes of its first folds."""
    losses = [outcome.loss for outcome in outcomes]
    return float(np.mean(losses)) > candidate.prune_thresholds.get(len(losses), np.inf)


def fit_fold(
    context: TrialContext, number: int, candidate: Suggestion, fold: int, deadline: float | None = None
) -> FoldOutcome:
    """Fit a candidate on one fold and predict its validation rows; the model is stored if this fold's is kept.

    The model is not returned, because a forest can be larger than the rows.

    Args:
        context: Data and settings.
        number: Trial number.
        candidate: What to fit.
        fold: Number of the fold.
        deadline: ``time.monotonic()`` at which an iterative fit stops by itself.
    """
    problem, family = context.problem, context.families[candidate.family]
    valid, base_models = problem.folds[fold][1], candidate.base_models
    part, fitted = fit_model(context, family, dict(candidate.params), fold, base_models=base_models, deadline=deadline)
    prediction = part.predict(family, rows_of(context, family.encoding, fold, base_models).X_valid)
    weight = None if problem.weight is None else problem.weight[valid]
    metric = problem.task.scorer(problem.target.classes)
    loss = metric.loss(problem.target.values[valid], prediction, weight)
    if fold in kept_folds(family, len(problem.folds)):
        write_fold_model(_model_store(context, number, candidate), part, family)
    return FoldOutcome(loss, prediction, part.work, fitted.iterations, fitted.cut_short)


def combine(context: TrialContext, number: int, candidate: Suggestion, outcomes: Sequence[FoldOutcome]) -> TrialResult:
    """Store a trial's out-of-fold predictions and return their loss.

    Args:
        context: Data and settings.
        number: Trial number.
        candidate: What was fitted.
        outcomes: Outcomes of all folds, in order; rows predicted by several (repeated) folds get the mean.
    """
    problem = context.problem
    total = np.zeros((len(problem.X), problem.target.outputs))
    times = np.zeros(len(problem.X), dtype=np.int64)
    for (_, valid), outcome in zip(problem.folds, outcomes, strict=True):
        total[valid] += outcome.prediction
        times[valid] += 1
    # Folds of a time series never validate the first block, so rows without a prediction are left out.
    covered = np.flatnonzero(times)
    # Score the rounded predictions that are stored, so that ensembles see the loss that the search saw.
    oof = (total[covered] / times[covered, None]).astype(np.float32)
    weight = None if problem.weight is None else problem.weight[covered]
    metric = problem.task.scorer(problem.target.classes)
    loss = metric.loss(problem.target.values[covered], oof.astype(np.float64), weight)
    write_oof(layer_store(context.store, candidate.base_models), number, oof)
    return _evaluation((loss,), candidate, outcomes)


def _evaluation(
    values: tuple[float, ...], candidate: Suggestion, outcomes: Sequence[FoldOutcome], *, pruned: bool = False
) -> TrialResult:
    losses = tuple(outcome.loss for outcome in outcomes)
    facts = TrialFacts(
        family=candidate.family,
        params=dict(candidate.params),
        fold_losses=losses,
        iterations=tuple(outcome.iterations for outcome in outcomes if outcome.iterations is not None),
        work=round(float(np.mean([outcome.work for outcome in outcomes])), 3),
        cut_short=any(outcome.cut_short for outcome in outcomes),
        base_models=candidate.base_models,
    )
    return TrialResult(values, facts, dict(enumerate(losses)), pruned)


def _model_store(context: TrialContext, number: int, candidate: Suggestion) -> ResultStore:
    return model_store(layer_store(context.store, candidate.base_models), number)


def fit_model(
    context: TrialContext,
    family: ModelFamily,
    params: Params,
    fold: int,
    *,
    base_models: tuple[int, ...] = (),
    copy: int = 0,
    deadline: float | None = None,
    iterations: int | None = None,
) -> tuple[FoldModel, Fitted]:
    """Fit a candidate on one fold's training rows, or on all rows.

    Args:
        context: Data and settings.
        family: Its family.
        params: Its parameters.
        fold: Number of the fold, or ``ALL_ROWS``.
        base_models: Candidates whose predictions are additional columns.
        copy: Number of the fit on all rows; each has its own seed.
        deadline: ``time.monotonic()`` at which an iterative fit stops by itself.
        iterations: Steps of an iterative fit on all rows, which has no validation rows to stop on.

    Returns:
        The fold model, and how the fit ended.
    """
    problem = context.problem
    rows, valid = problem.folds[fold] if fold != ALL_ROWS else (np.arange(len(problem.X)), np.empty(0, np.int64))
    encoded = rows_of(context, family.encoding, fold, base_models)
    if fold == ALL_ROWS or fold in kept_folds(family, len(problem.folds)):
        _store_preprocessor(context.store, preprocessor_key(family.encoding, fold), encoded.preprocessor)
    kind, outputs = problem.task.problem_type, problem.target.outputs
    # Training rows of a fold may lack a rare class; the model sees only the classes present.
    seen = kind.restrict(problem.target.values, rows, outputs)
    part = FoldModel(family.name, fold, family.encoding, seen.problem, seen.present, outputs, copy)
    # Nothing to learn from a single class: the fold model predicts it without a model.
    if len(seen.present) == 1:
        return part, Fitted(None)
    fit = FitContext(
        problem=seen.problem,
        metric=problem.task.metric_name,
        n_rows=len(rows),
        n_columns=max(1, problem.X.shape[1]) + n_meta_features(len(base_models), outputs, kind),
        n_classes=len(seen.present),
        n_targets=len(problem.task.targets),
        seed=derive_seed(context.seed, "fit", family.name, fold, copy),
        threads=context.threads,
        monotone=problem.directions(encoded.preprocessor),
        deadline=deadline,
        iterations=iterations,
    )
    weight = problem.fit_weight(rows)
    data = FoldData(encoded.X, seen.values[rows], None if weight is None else weight[rows])
    if family.stops_early and fold != ALL_ROWS:
        data = _with_valid(data, encoded.X_valid, seen.values[valid], None if weight is None else weight[valid])
    fitted = family.fit(family.build(params, fit), data, fit)
    return replace(part, model=fitted.model, work=family.work(fitted.model, fit)), fitted


def _with_valid(data: FoldData, X_valid: Any, y_valid: NDArray[Any], weight_valid: Array | None) -> FoldData:
    """Add validation rows for early stopping, without rows of classes missing from training."""
    # `restrict` codes classes missing from training as -1.
    usable = y_valid >= 0 if y_valid.dtype.kind == "i" else np.ones(len(y_valid), dtype=bool)
    if not usable.any():
        return data
    if not usable.all():
        X_valid, y_valid = _take(X_valid, usable), y_valid[usable]
        weight_valid = None if weight_valid is None else weight_valid[usable]
    return replace(data, X_valid=X_valid, y_valid=y_valid, weight_valid=weight_valid)


def rows_of(context: TrialContext, encoding: Encoding, fold: int, base_models: tuple[int, ...]) -> EncodedRows:
    """Encoded rows of a fold, with the base models' out-of-fold predictions as additional columns.

    Args:
        context: Data and settings.
        encoding: Encoding that the family reads.
        fold: Number of the fold, or ``ALL_ROWS``.
        base_models: Numbers of the candidates whose predictions are added.
    """
    encoded = encoded_fold(context, encoding, fold)
    if not base_models:
        return encoded
    # Out-of-fold predictions come from models that have not seen the row, so they do not leak its target.
    meta = as_meta_features(
        [read_oof(context.store, number) for number in base_models], context.problem.task.problem_type
    )
    if fold == ALL_ROWS:
        return replace(encoded, X=append_columns(encoded.X, meta))
    rows, valid = context.problem.folds[fold]
    return replace(
        encoded, X=append_columns(encoded.X, meta[rows]), X_valid=append_columns(encoded.X_valid, meta[valid])
    )


def encoded_fold(context: TrialContext, encoding: Encoding, fold: int) -> EncodedRows:
    """Encoded rows of a fold, cached."""
    return context.cache.get(preprocessor_key(encoding, fold), partial(_encode, context, encoding, fold))


def _encode(context: TrialContext, encoding: Encoding, fold: int) -> EncodedRows:
    problem = context.problem
    rows = problem.folds[fold][0] if fold != ALL_ROWS else np.arange(len(problem.X))
    seed = derive_seed(context.seed, "preprocessor", encoding, fold)
    preprocessor = build_preprocessor(problem.recipe, problem.plan, problem.profile, encoding, seed)
    X = preprocessor.fit_transform(problem.X.iloc[rows], problem.target.take(rows).summary())
    X_valid = None if fold == ALL_ROWS else preprocessor.transform(problem.X.iloc[problem.folds[fold][1]])
    return EncodedRows(preprocessor, X, X_valid)


def _store_preprocessor(store: ResultStore, key: str, preprocessor: Any) -> None:
    """Store a preprocessor needed by a kept model, once for all trials."""
    # Fitting is deterministic, so whichever trial comes first may write it.
    if not store.exists(preprocessor_file(key)):
        write_preprocessor(store, key, preprocessor)


def _take(encoded: Any, mask: NDArray[np.bool_]) -> Any:
    return encoded.loc[mask] if isinstance(encoded, pd.DataFrame) else encoded[mask]
