"""One tabular fit: search, stack, select, refit."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from automl_flow.models.family import ModelFamily
from automl_flow.study.budget import Clock
from automl_flow.study.notes import Note
from automl_flow.study.schedule import Timeline, log_plan
from automl_flow.tabular import refit
from automl_flow.tabular.candidate import Candidate
from automl_flow.tabular.config import SearchConfig
from automl_flow.tabular.ensemble import bagging
from automl_flow.tabular.ensemble.greedy import Selection
from automl_flow.tabular.ensemble.model import TabularModel
from automl_flow.tabular.ensemble.notes import constant_only, found_nothing, notes_of
from automl_flow.tabular.ensemble.select import select, stack_models
from automl_flow.tabular.fitting.preprocessors import ALL_ROWS
from automl_flow.tabular.problem import TabularProblem
from automl_flow.tabular.restore import fit_candidates
from automl_flow.tabular.result import SearchResult
from automl_flow.tabular.schedule import TabularSchedule
from automl_flow.tabular.search import search_models
from automl_flow.tabular.session.session import SearchSession
from automl_flow.tabular.stacking import planned


@dataclass(frozen=True)
class TabularFit:
    """A fitted ensemble and how it came about.

    Attributes:
        model: The ensemble.
        result: What the search found; a constant as the only candidate where it found nothing.
        selection: Weights over the candidates, and the loss step by step.
        reproduce: Settings that repeat the search and the refits exactly, without a limit in seconds.
        notes: What one would not expect of search and model.
        interrupted: The user stopped the search or the refits.
    """

    model: TabularModel
    result: SearchResult
    selection: Selection
    reproduce: Mapping[str, Any]
    notes: tuple[Note, ...] = ()
    interrupted: bool = False


def make_timeline(session: SearchSession, whole: Clock | None = None) -> Timeline:
    """A timeline of the phases of a search, planned and counted.

    Args:
        session: The search.
        whole: Clock of a fit whose preparation and reserve are part of the time limit; ``None``: the search is all.
    """
    clock = whole or Clock(session.config.time_left_for_this_task)
    two_layers = planned(session.problem, session.families, session.config) > 0
    n_folds = len(session.problem.folds)
    schedule = TabularSchedule.of(clock.seconds, n_folds=n_folds, two_layers=two_layers, prepares=whole is not None)
    return Timeline(schedule.phases(), clock)


def fit(session: SearchSession, timeline: Timeline) -> TabularFit:
    """Search both layers, select an ensemble, and fit its members again on all rows.

    Args:
        session: What is searched, and where.
        timeline: Counts the seconds of each phase.

    Raises:
        ConfigError: No limit at all, an unknown family, or none that suits the problem.
        BudgetError: No trial finished, and the settings do not ask for a constant then; or another search runs in the
            same folder.
        KeyboardInterrupt: The user stopped the search before anything finished.
    """
    log_plan(timeline.rows())
    timeline.enter("first layer")
    result = search_models(session)
    if planned(session.problem, session.families, session.config):
        timeline.enter("second layer")
        result = stack_models(session, result)
    timeline.enter("refit")
    return build_model(session, result, timeline)


@dataclass(frozen=True)
class _Members:
    """The candidates that the ensemble needs, and which of their models predict.

    Attributes:
        result: What the search found, or a constant.
        selection: Weights over its candidates.
        chosen: Candidates with a weight, and those that these read.
        folds: Folds whose models predict, by the candidate's number.
        wanted: Planned number of models fitted on all rows, by the candidate's number.
        refitted: The models that were fitted on all rows.
        constant: Nothing was found.
    """

    result: SearchResult
    selection: Selection
    chosen: Sequence[Candidate]
    folds: Mapping[int, tuple[int, ...]]
    wanted: Mapping[int, int]
    refitted: refit.Refitted
    constant: bool


def build_model(session: SearchSession, result: SearchResult, timeline: Timeline | None = None) -> TabularFit:
    """Select an ensemble and bring in its fitted members from the search's state folder.

    Unless the user stopped the search, members are fitted again on all rows, in the time that is kept for it. Members
    of a bagged family predict with their fold models where they have no others, and in addition to those where most of
    the target is noise.

    Args:
        session: The search.
        result: What it found.
        timeline: Counts the seconds from loading the members on as reserve, where the schedule has one.

    Raises:
        BudgetError: No trial finished, and the settings do not ask for a constant then.
        KeyboardInterrupt: The user stopped the search before anything finished.
    """
    members = _refit_members(session, result)
    session.runner.release()  # their memory is needed no more, and the models come into this process now
    if timeline is not None and timeline.has("reserve"):
        timeline.enter("reserve")
    return _load_members(session, members)


def _refit_members(session: SearchSession, result: SearchResult) -> _Members:
    """Select the ensemble and fit its members again, as far as the time allows."""
    began = time.monotonic()
    problem, families, config = session.problem, session.families, session.config
    constant = found_nothing(session, result)
    if constant:
        result = constant_only(session, result)
    selection = select(problem, result, config)
    chosen = _with_base_models([result.candidates[i] for i in selection.members], result)
    wanted: dict[int, int] = {}
    refitted = refit.Refitted({})
    folds: dict[int, tuple[int, ...]] = {c.number: (ALL_ROWS,) for c in chosen} if constant else {}
    encoding = bagging.encoding_cost(problem.X.shape[1])

    def add_folds(members: Sequence[Candidate]) -> None:
        left = config.predict_microseconds - bagging.inference_cost(chosen, refitted.copies, folds, encoding)
        folds.update(bagging.plan_folds(members, families, len(problem.folds), left, encoding))

    if not constant and _mostly_noise(problem, result, selection):
        add_folds(chosen)
    if not constant and not result.interrupted:
        wanted = _copies(chosen, families, config, folds=folds, encoding=encoding)
        refitted = _refit(session, result, chosen, wanted, began=began)
    add_folds([c for c in chosen if not refitted.copies.get(c.number) and c.number not in folds])
    return _Members(result, selection, chosen, folds, wanted, refitted, constant)


def _load_members(session: SearchSession, members: _Members) -> TabularFit:
    """Read the models of the chosen candidates and put them behind one ``predict``."""
    problem, config, result, selection = session.problem, session.config, members.result, members.selection
    copies = members.refitted.copies
    fitted = fit_candidates(
        problem,
        members.chosen,
        session.families,
        session.store,
        seed=config.seed,
        threads=config.threads,
        copies=copies,
        folds=members.folds,
    )
    weights = zip(result.candidates, selection.weights, strict=True)
    weight_of = {candidate.number: float(weight) for candidate, weight in weights}
    fitted = tuple(sorted(fitted, key=lambda member: bool(member.candidate.base_models)))  # base models come first
    model = TabularModel(
        members=fitted,
        weights=tuple(weight_of[member.candidate.number] for member in fitted),
        classes=problem.target.classes,
        task=problem.task,
        feature_names=tuple(str(name) for name in problem.X.columns),
    )
    interrupted = result.interrupted or members.refitted.interrupted
    notes = notes_of(result, constant=members.constant, interrupted=interrupted, wanted=members.wanted, fitted=copies)
    reproduce = {**result.reproduce, "refits": dict(copies)}
    return TabularFit(model, result, selection, reproduce, notes, interrupted)


def _with_base_models(members: Sequence[Candidate], result: SearchResult) -> list[Candidate]:
    """Members of an ensemble, and after them the other candidates whose predictions they read."""
    read = {number for candidate in members for number in candidate.base_models}
    return [*members, *(c for c in result.candidates if c.number in read and c not in members)]


def _mostly_noise(problem: TabularProblem, result: SearchResult, selection: Selection) -> bool:
    prediction = np.tensordot(selection.weights, result.oof, axes=1)
    weight = None if problem.weight is None else problem.weight[result.rows]
    return bagging.mostly_noise(prediction, problem.target.values[result.rows], problem.task.problem_type, weight)


def _copies(
    chosen: Sequence[Candidate],
    families: Mapping[str, ModelFamily],
    config: SearchConfig,
    *,
    folds: Mapping[int, tuple[int, ...]],
    encoding: float,
) -> dict[int, int]:
    """Planned number of full-data models of each candidate, by its number."""
    if not isinstance(config.refits, int):
        return {candidate.number: config.refits.get(candidate.number, 0) for candidate in chosen}
    most, work = config.refits, config.predict_microseconds
    return bagging.plan_copies(chosen, families, most, work, folds=folds, encoding=encoding)


def _refit(
    session: SearchSession,
    result: SearchResult,
    chosen: Sequence[Candidate],
    copies: Mapping[int, int],
    *,
    began: float,
) -> refit.Refitted:
    """Fit the chosen candidates on all rows, in the time that is left."""
    seconds = session.config.time_left_for_this_task
    left = None if seconds is None else max(seconds - result.spent - (time.monotonic() - began), 0.0)
    took = {record.number: record.seconds for record in result.records}
    return refit.refit(session, chosen, copies=copies, seconds=left, took=took)
