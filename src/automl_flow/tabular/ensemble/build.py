"""From a finished search to a model."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from automl_flow.models.family import ModelFamily
from automl_flow.study.notes import Note
from automl_flow.tabular.candidate import Candidate
from automl_flow.tabular.config import SearchConfig
from automl_flow.tabular.ensemble import bagging
from automl_flow.tabular.ensemble.empty import constant_only, found_nothing
from automl_flow.tabular.ensemble.greedy import Selection
from automl_flow.tabular.ensemble.model import TabularModel
from automl_flow.tabular.ensemble.noise import mostly_noise
from automl_flow.tabular.ensemble.notes import notes_of
from automl_flow.tabular.ensemble.select import select
from automl_flow.tabular.fitting import refit
from automl_flow.tabular.fitting.fitted import fit_candidates
from automl_flow.tabular.fitting.preprocessors import ALL_ROWS
from automl_flow.tabular.problem import TabularProblem
from automl_flow.tabular.result import SearchResult
from automl_flow.tabular.session.session import Workbench


@dataclass(frozen=True)
class Built:
    """A model and how it came about.

    Attributes:
        model: The model.
        result: What the search found; a constant as the only candidate where it found nothing.
        selection: Weights over the candidates, and the loss step by step.
        reproduce: Settings that repeat the search and what was made of it exactly, without a limit in seconds.
        notes: What one would not expect of search and model.
        interrupted: The user stopped the search, or what came after.
    """

    model: TabularModel
    result: SearchResult
    selection: Selection
    reproduce: Mapping[str, Any]
    notes: tuple[Note, ...] = ()
    interrupted: bool = False


def build_model(bench: Workbench, result: SearchResult) -> Built:
    """Select an ensemble and bring in its fitted members from the search's state folder.

    Unless the user stopped the search, members are fitted again on all rows, in the share of the time that is kept for
    it. Members of a bagged family predict with the models of their folds where they have no others, and along with them
    where most of the target is noise.

    Raises:
        BudgetError: No trial finished, and the settings do not ask for a constant then.
        KeyboardInterrupt: The user stopped the search before anything finished.
    """
    began = time.monotonic()
    problem, families, config = bench.problem, bench.families, bench.config
    constant = found_nothing(bench, result)
    if constant:
        result = constant_only(bench, result)
    selection = select(problem, result, config)
    chosen = _with_read([result.candidates[i] for i in selection.members], result)
    wanted: dict[int, int] = {}
    refitted = refit.Refitted({})
    folds: dict[int, tuple[int, ...]] = {c.number: (ALL_ROWS,) for c in chosen} if constant else {}
    encoding = bagging.encoding_work(problem.X.shape[1])

    def add_folds(members: Sequence[Candidate]) -> None:
        left = config.predict_microseconds - bagging.work(chosen, refitted.copies, folds, encoding)
        folds.update(bagging.plan_folds(members, families, len(problem.folds), left, encoding))

    if not constant and _mostly_noise(problem, result, selection):
        add_folds(chosen)
    if not constant and not result.interrupted:
        wanted = _copies(chosen, families, config, folds=folds, encoding=encoding)
        refitted = _refit(bench, result, chosen, wanted, began=began)
    copies = refitted.copies
    bench.runner.release()  # what is in their memory is needed no more, and the models come into ours now
    add_folds([c for c in chosen if not copies.get(c.number) and c.number not in folds])
    fitted = fit_candidates(
        problem, chosen, families, bench.results, seed=config.seed, threads=config.threads, copies=copies, folds=folds
    )
    weights = zip(result.candidates, selection.weights, strict=True)
    weight_of = {candidate.number: float(weight) for candidate, weight in weights}
    fitted = tuple(sorted(fitted, key=lambda member: bool(member.candidate.base_models)))  # who reads comes later
    model = TabularModel(
        members=fitted,
        weights=tuple(weight_of[member.candidate.number] for member in fitted),
        classes=problem.target.classes,
        task=problem.task,
        feature_names=tuple(str(name) for name in problem.X.columns),
    )
    interrupted = result.interrupted or refitted.interrupted
    notes = notes_of(result, constant=constant, interrupted=interrupted, wanted=wanted, fitted=copies)
    reproduce = {**result.reproduce, "refits": dict(copies)}
    return Built(model, result, selection, reproduce, notes, interrupted)


def _with_read(members: Sequence[Candidate], result: SearchResult) -> list[Candidate]:
    """Members of an ensemble, and behind them the others whose predictions they read."""
    read = {number for candidate in members for number in candidate.base_models}
    return [*members, *(c for c in result.candidates if c.number in read and c not in members)]


def _mostly_noise(problem: TabularProblem, result: SearchResult, selection: Selection) -> bool:
    prediction = np.tensordot(selection.weights, result.oof, axes=1)
    weight = None if problem.weight is None else problem.weight[result.rows]
    return mostly_noise(prediction, problem.target.values[result.rows], problem.task.problem_type, weight)


def _copies(
    chosen: Sequence[Candidate],
    families: Mapping[str, ModelFamily],
    config: SearchConfig,
    *,
    folds: Mapping[int, tuple[int, ...]],
    encoding: float,
) -> dict[int, int]:
    """How often the chosen candidates should be fitted again."""
    if not isinstance(config.refits, int):
        return {candidate.number: config.refits.get(candidate.number, 0) for candidate in chosen}
    most, work = config.refits, config.predict_microseconds
    return bagging.plan_copies(chosen, families, most, work, folds=folds, encoding=encoding)


def _refit(
    bench: Workbench, result: SearchResult, chosen: Sequence[Candidate], copies: Mapping[int, int], *, began: float
) -> refit.Refitted:
    """Fit the chosen candidates again, in the time that is left; say how often that was done."""
    seconds = bench.config.time_left_for_this_task
    left = None if seconds is None else max(seconds - result.spent - (time.monotonic() - began), 0.0)
    took = {record.number: record.seconds for record in result.records}
    return refit.refit(bench, chosen, copies=copies, seconds=left, took=took)
