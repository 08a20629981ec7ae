"""From a finished search to a model."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from automl_flow.ensembles.greedy import Selection
from automl_flow.ensembles.model import TabularModel
from automl_flow.ensembles.noise import mostly_noise
from automl_flow.ensembles.select import BASELINE, select
from automl_flow.search import refit, votes
from automl_flow.search.candidate import Candidate
from automl_flow.search.config import SearchConfig
from automl_flow.search.family import ModelFamily
from automl_flow.search.fitted import fit_candidates
from automl_flow.search.problem import TabularProblem
from automl_flow.search.result import SearchResult


@dataclass(frozen=True)
class Built:
    """A model and how it came about.

    Attributes:
        model: The model.
        selection: Weights over the search's candidates, and the loss step by step.
        reproduce: Settings that repeat the search and what was made of it exactly, without a limit in seconds.
    """

    model: TabularModel
    selection: Selection
    reproduce: Mapping[str, Any]


def build_model(
    problem: TabularProblem,
    result: SearchResult,
    families: Mapping[str, ModelFamily],
    config: SearchConfig,
    state: Path,
) -> Built:
    """Select an ensemble and bring in its fitted members from the search's state folder.

    A search without any candidate gives the model that predicts class shares or the mean. Unless the
    user stopped the search, members are fitted again on all rows, in the share of the time that is kept for it. Members
    of a bagged family predict with the models of their folds where they have no others, and along with them where most
    of the target is noise.
    """
    began = time.monotonic()
    if result.candidates:
        selection = select(problem, result, config)
        chosen = _with_read([result.candidates[i] for i in selection.members], result)
    else:
        chosen = [Candidate(-1, BASELINE, {}, float("inf"), ())]
        selection = Selection(np.ones(1), (), float("inf"))
    copies: dict[int, int] = {}
    folds: dict[int, tuple[int, ...]] = {}
    encoding = votes.encoding_work(problem.X.shape[1])

    def add_folds(members: Sequence[Candidate]) -> None:
        left = config.predict_microseconds - votes.work(chosen, copies, folds, encoding)
        folds.update(votes.plan_folds(members, families, len(problem.folds), left, encoding))

    if result.candidates and _mostly_noise(problem, result, selection):
        add_folds(chosen)
    if result.candidates and not result.interrupted:
        spent = result.spent + (time.monotonic() - began)
        copies.update(_refit(problem, result, chosen, families, config=config, state=state, folds=folds, spent=spent))
    add_folds([c for c in chosen if not copies.get(c.number) and c.number not in folds])
    fitted = fit_candidates(
        problem, chosen, families, state, seed=config.seed, threads=config.threads, copies=copies, folds=folds
    )
    weights = zip(result.candidates or chosen, selection.weights, strict=True)
    weight_of = {candidate.number: float(weight) for candidate, weight in weights}
    fitted = tuple(sorted(fitted, key=lambda member: bool(member.candidate.reads)))  # who reads comes later
    model = TabularModel(
        members=fitted,
        weights=tuple(weight_of[member.candidate.number] for member in fitted),
        classes=problem.target.classes,
        task=problem.task,
        feature_names=tuple(str(name) for name in problem.X.columns),
    )
    model.predict_raw(problem.X.iloc[:1])  # libraries load what predicting needs now, not when the first rows come
    return Built(model, selection, {**result.reproduce, "refits": copies})


def _with_read(members: Sequence[Candidate], result: SearchResult) -> list[Candidate]:
    """Members of an ensemble, and behind them the others whose predictions they read."""
    read = {number for candidate in members for number in candidate.reads}
    return [*members, *(c for c in result.candidates if c.number in read and c not in members)]


def _mostly_noise(problem: TabularProblem, result: SearchResult, selection: Selection) -> bool:
    prediction = np.tensordot(selection.weights, result.oof, axes=1)
    weight = None if problem.weight is None else problem.weight[result.rows]
    return mostly_noise(prediction, problem.target.values[result.rows], weight)


def _refit(
    problem: TabularProblem,
    result: SearchResult,
    chosen: Sequence[Candidate],
    families: Mapping[str, ModelFamily],
    *,
    config: SearchConfig,
    state: Path,
    folds: Mapping[int, tuple[int, ...]],
    spent: float,
) -> dict[int, int]:
    """Fit the chosen candidates again, in the time that is left; say how often that was done."""
    if isinstance(config.refits, int):
        encoding = votes.encoding_work(problem.X.shape[1])
        copies = votes.plan_copies(
            chosen, families, config.refits, config.predict_microseconds, folds=folds, encoding=encoding
        )
    else:
        copies = {candidate.number: config.refits.get(candidate.number, 0) for candidate in chosen}
    seconds = config.time_left_for_this_task
    return refit.refit(
        problem,
        chosen,
        families,
        state,
        copies=copies,
        seconds=None if seconds is None else max(seconds - spent, 0.0),
        took={record.number: record.seconds for record in result.records},
        limits=config,
        threads=config.threads,
    )
