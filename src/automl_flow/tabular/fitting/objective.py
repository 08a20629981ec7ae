"""The objective of the tabular search: fit one candidate on every fold, in a worker process."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.seeds import derive_seed
from automl_flow.models.family import Array, Encoding, FitContext, Fitted, FoldData, ModelFamily, Params
from automl_flow.recipes import build_preprocessor
from automl_flow.study.trial import Evaluation
from automl_flow.tabular.fitting.encoding_cache import Encoded, Encodings
from automl_flow.tabular.fitting.fold_models import (
    Part,
    kept_folds,
    layer_folder,
    part_folder,
    read_oof,
    write_oof,
    write_part,
)
from automl_flow.tabular.fitting.meta_features import as_readings, beside, readings_width
from automl_flow.tabular.fitting.preprocessors import ALL_ROWS, preprocessor_key, preprocessor_path, write_preprocessor
from automl_flow.tabular.problem import TabularProblem

_LAST_SECONDS = 1.0  # kept free at the end of a trial for storing what it made


@dataclass(frozen=True)
class TrialContext:
    """What every worker of a search holds.

    Attributes:
        problem: The data.
        families: Families by name.
        state: Folder for predictions and models of trials.
        seed: Seed of the search.
        threads: Threads of one fit.
        cache: Encoded rows that this worker has made already; trials that run in it at the same time share them.
    """

    problem: TabularProblem
    families: Mapping[str, ModelFamily]
    state: Path
    seed: int
    threads: int = 1
    cache: Encodings = field(default_factory=Encodings, repr=False, compare=False)


@dataclass(frozen=True)
class Pace:
    """When iterative fits stop by themselves and keep what they have.

    Attributes:
        soft_seconds: Seconds from the start of a trial; ``None``: never.
        end: ``time.monotonic()`` at which the whole search ends; ``None``: never.
    """

    soft_seconds: float | None = None
    end: float | None = None

    def deadline(self) -> float | None:
        """When a trial that starts now should stop by itself."""
        limits = [] if self.end is None else [self.end - _LAST_SECONDS]
        if self.soft_seconds is not None:
            limits.append(time.monotonic() + self.soft_seconds)
        return min(limits, default=None)


UNHURRIED = Pace()


@dataclass
class _Tally:
    """Out-of-fold predictions as they add up; with repeated folds a row is predicted more than once."""

    total: Array
    times: NDArray[np.int64]
    losses: list[float] = field(default_factory=list)
    iterations: list[int] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    cut_short: bool = False

    def oof(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Covered rows, and the mean prediction of each."""
        covered = np.flatnonzero(self.times)
        return covered, (self.total[covered] / self.times[covered, None]).astype(np.float32)


def evaluate(context: TrialContext, job: Mapping[str, Any], pace: Pace = UNHURRIED) -> Evaluation:
    """Fit the job's candidate on every fold, store its predictions and its models, and return its loss.

    Of a family that is not bagged one model is stored, for the case that there is no time to fit it on all rows.

    Args:
        context: Data and settings.
        job: ``number``, and a ``payload`` with ``family``, ``params`` and ``give_up``: the mean loss after some
            number of folds beyond which the trial ends. A trial of the second layer also has ``reads``.
        pace: When its iterative fits stop by themselves.
    """
    number, payload = int(job["number"]), job["payload"]
    family, params = context.families[payload["family"]], dict(payload["params"])
    problem = context.problem
    tally = _Tally(np.zeros((len(problem.X), problem.target.outputs)), np.zeros(len(problem.X), dtype=np.int64))
    reads = tuple(payload.get("reads", ()))
    folder = layer_folder(context.state, reads)
    fit = partial(_fit_fold, context, family, params, tally=tally, reads=reads, folder=part_folder(folder, number))
    if not _fit_all(fit, tally, len(problem.folds), payload.get("give_up", {}), pace.deadline()):
        shutil.rmtree(part_folder(folder, number), ignore_errors=True)
        known = {"family": family.name, "params": params, "fold_losses": tally.losses}
        return Evaluation((), known, dict(enumerate(tally.losses)), pruned=True)
    covered, oof = tally.oof()
    weight = None if problem.weight is None else problem.weight[covered]
    metric = problem.task.scorer(problem.target.classes)
    loss = metric.loss(problem.target.values[covered], oof.astype(np.float64), weight)
    write_oof(folder, number, oof)
    attrs: Params = {
        "family": family.name,
        "params": params,
        "fold_losses": tally.losses,
        "iterations": tally.iterations,
        "work": round(float(np.mean(tally.work)), 3),
        "cut_short": tally.cut_short,
        "reads": list(reads),
    }
    return Evaluation((loss,), attrs, dict(enumerate(tally.losses)))


def _fit_all(
    fit: Callable[[int, float | None], None],
    tally: _Tally,
    n_folds: int,
    give_up: Mapping[int, float],
    deadline: float | None,
) -> bool:
    """Fit every fold; the time to *deadline* is shared among them. Return whether the trial went to its end."""
    for fold in range(n_folds):
        now = time.monotonic()
        fit(fold, None if deadline is None else now + (deadline - now) / (n_folds - fold))
        if float(np.mean(tally.losses)) > give_up.get(len(tally.losses), np.inf):
            return False
    return True


def _fit_fold(
    context: TrialContext,
    family: ModelFamily,
    params: Params,
    fold: int,
    deadline: float | None,
    *,
    tally: _Tally,
    reads: tuple[int, ...],
    folder: Path,
) -> None:
    """Fit one fold, count its predictions, and store its model in *folder* if it is to be kept.

    Afterwards the model is in memory no more: a forest can be larger than the rows.
    """
    problem = context.problem
    valid = problem.folds[fold][1]
    part, fitted = fit_part(context, family, params, fold, reads=reads, deadline=deadline)
    prediction = part.predict(family, rows_of(context, family.encoding, fold, reads).X_valid)
    weight = None if problem.weight is None else problem.weight[valid]
    metric = problem.task.scorer(problem.target.classes)
    tally.losses.append(metric.loss(problem.target.values[valid], prediction, weight))
    tally.total[valid] += prediction
    tally.times[valid] += 1
    tally.work.append(part.work)
    tally.cut_short |= fitted.cut_short
    if fitted.iterations is not None:
        tally.iterations.append(fitted.iterations)
    if fold in kept_folds(family, len(problem.folds)):
        write_part(folder, part, family)


def fit_part(
    context: TrialContext,
    family: ModelFamily,
    params: Params,
    fold: int,
    *,
    reads: tuple[int, ...] = (),
    copy: int = 0,
    deadline: float | None = None,
    iterations: int | None = None,
) -> tuple[Part, Fitted]:
    """Fit a candidate on one fold's training rows, or on all rows, where an iterative one takes *iterations* steps.

    Each *copy* on all rows has a seed of its own.
    """
    problem = context.problem
    rows, valid = problem.folds[fold] if fold != ALL_ROWS else (np.arange(len(problem.X)), np.empty(0, np.int64))
    encoded = rows_of(context, family.encoding, fold, reads)
    if fold == ALL_ROWS or fold in kept_folds(family, len(problem.folds)):
        _store_preprocessor(context.state, preprocessor_key(family.encoding, fold), encoded.preprocessor)
    seen = problem.task.problem_type.restrict(problem.target.values, rows, problem.target.outputs)
    part = Part(family.name, fold, family.encoding, seen.problem, seen.present, problem.target.outputs, copy)
    if len(seen.present) == 1:
        return part, Fitted(None)
    fit = FitContext(
        problem=seen.problem,
        metric=problem.task.metric_name,
        n_rows=len(rows),
        n_columns=max(1, problem.X.shape[1]) + readings_width(len(reads), problem.target.outputs),
        n_classes=len(seen.present),
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
    """Add the rows to stop early on; those of classes that training lacks cannot guide it."""
    usable = y_valid >= 0 if y_valid.dtype.kind == "i" else np.ones(len(y_valid), dtype=bool)
    if not usable.any():
        return data
    if not usable.all():
        X_valid, y_valid = _take(X_valid, usable), y_valid[usable]
        weight_valid = None if weight_valid is None else weight_valid[usable]
    return replace(data, X_valid=X_valid, y_valid=y_valid, weight_valid=weight_valid)


def rows_of(context: TrialContext, encoding: Encoding, fold: int, reads: tuple[int, ...]) -> Encoded:
    """Rows of a fold in an encoding, and beside them the out-of-fold predictions of the candidates that are read."""
    encoded = encoded_fold(context, encoding, fold)
    if not reads:
        return encoded
    readings = as_readings([read_oof(context.state, number) for number in reads])
    if fold == ALL_ROWS:
        return replace(encoded, X=beside(encoded.X, readings))
    rows, valid = context.problem.folds[fold]
    return replace(encoded, X=beside(encoded.X, readings[rows]), X_valid=beside(encoded.X_valid, readings[valid]))


def encoded_fold(context: TrialContext, encoding: Encoding, fold: int) -> Encoded:
    """Rows of a fold in an encoding."""
    return context.cache.get(preprocessor_key(encoding, fold), partial(_encode, context, encoding, fold))


def _encode(context: TrialContext, encoding: Encoding, fold: int) -> Encoded:
    problem = context.problem
    rows = problem.folds[fold][0] if fold != ALL_ROWS else np.arange(len(problem.X))
    seed = derive_seed(context.seed, "preprocessor", encoding, fold)
    preprocessor = build_preprocessor(problem.recipe, problem.plan, problem.profile, encoding, seed)
    X = preprocessor.fit_transform(problem.X.iloc[rows], problem.target.values[rows])
    X_valid = None if fold == ALL_ROWS else preprocessor.transform(problem.X.iloc[problem.folds[fold][1]])
    return Encoded(preprocessor, X, X_valid)


def _store_preprocessor(state: Path, key: str, preprocessor: Any) -> None:
    """Store a preprocessor that a kept model needs, once for all trials."""
    if not preprocessor_path(state, key).is_file():
        write_preprocessor(state, key, preprocessor)


def _take(encoded: Any, mask: NDArray[np.bool_]) -> Any:
    return encoded.loc[mask] if hasattr(encoded, "loc") else encoded[mask]
