"""From a finished search to a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from automl_flow.ensembles.greedy import Selection, greedy_selection
from automl_flow.ensembles.model import TabularModel
from automl_flow.ensembles.noise import mostly_noise
from automl_flow.search import refit, votes
from automl_flow.search.candidate import Candidate
from automl_flow.search.family import ModelFamily
from automl_flow.search.fitted import fit_candidates
from automl_flow.search.problem import TabularProblem
from automl_flow.search.tabular import SearchConfig, SearchResult
from automl_flow.tasks.metrics import metric_of

BASELINE = "baseline"


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


def select(problem: TabularProblem, result: SearchResult, config: SearchConfig) -> Selection:
    """Choose and weight candidates of a search by their out-of-fold predictions.

    One model of each chosen candidate must fit into the allowed work. The baseline is left out while there is anything
    else: mixing in a constant changes no ranking but for rounding.
    """
    knows = [candidate.family != BASELINE for candidate in result.candidates]
    work = [c.work if knows[i] or not any(knows) else np.inf for i, c in enumerate(result.candidates)]
    metric = metric_of(problem.task, problem.target.classes)
    return greedy_selection(
        result.oof,
        problem.target.values[result.rows],
        metric,
        config.ensemble_size,
        weight=None if problem.weight is None else problem.weight[result.rows],
        work=work,
        max_work=config.predict_microseconds,
    )


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
    if result.candidates:
        selection = select(problem, result, config)
        chosen = [result.candidates[i] for i in selection.members]
    else:
        chosen = [Candidate(-1, BASELINE, {}, float("inf"), ())]
        selection = Selection(np.ones(1), (), float("inf"))
    copies: dict[int, int] = {}
    folds: dict[int, tuple[int, ...]] = {}

    def add_folds(members: Sequence[Candidate]) -> None:
        left = config.predict_microseconds - votes.work(chosen, copies, folds)
        folds.update(votes.plan_folds(members, families, len(problem.folds), left))

    if result.candidates and _mostly_noise(problem, result, selection):
        add_folds(chosen)
    if result.candidates and not result.interrupted:
        copies.update(_refit(problem, result, chosen, families, config=config, state=state, folds=folds))
    add_folds([c for c in chosen if not copies.get(c.number) and c.number not in folds])
    fitted = fit_candidates(
        problem, chosen, families, state, seed=config.seed, threads=config.threads, copies=copies, folds=folds
    )
    model = TabularModel(
        members=fitted,
        weights=tuple(float(weight) for weight in selection.weights[selection.members]),
        classes=problem.target.classes,
        task=problem.task,
        feature_names=tuple(str(name) for name in problem.X.columns),
    )
    return Built(model, selection, {**result.reproduce, "refits": copies})


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
) -> dict[int, int]:
    """Fit the chosen candidates again, in the share of the time that is kept for it; say how often that was done."""
    if isinstance(config.refits, int):
        copies = votes.plan_copies(chosen, families, config.refits, config.predict_microseconds, folds)
    else:
        copies = {candidate.number: config.refits.get(candidate.number, 0) for candidate in chosen}
    seconds = config.time_left_for_this_task
    return refit.refit(
        problem,
        chosen,
        families,
        state,
        copies=copies,
        seconds=None if seconds is None else seconds * refit.share(problem),
        took={record.number: record.seconds for record in result.records},
        limits=config,
        threads=config.threads,
    )
