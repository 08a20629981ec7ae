"""From a finished search to a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from automl_flow.ensembles.greedy import Selection, greedy_selection
from automl_flow.ensembles.model import TabularModel
from automl_flow.search import refit
from automl_flow.search.candidate import Candidate
from automl_flow.search.family import Array, ModelFamily
from automl_flow.search.fitted import fit_candidates
from automl_flow.search.members import ALL_ROWS
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

    One model of each chosen candidate must fit into the allowed work; :func:`thin` decides how many may stay. The
    baseline is left out while there is anything else: mixing in a constant changes no ranking but for rounding.
    """
    knows = [candidate.family != BASELINE for candidate in result.candidates]
    work = [c.work / c.parts if knows[i] or not any(knows) else np.inf for i, c in enumerate(result.candidates)]
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


def thin(candidates: Sequence[Candidate], parts: Sequence[int], weights: Array, max_work: float) -> tuple[int, ...]:
    """Say how many of its models each member keeps, so that predicting a row stays within *max_work* microseconds.

    Models are given up where they cost most for their share of the prediction; every member keeps at least one.
    """
    kept = list(parts)
    each = [candidate.work / candidate.parts for candidate in candidates]
    while sum(cost * count for cost, count in zip(each, kept, strict=True)) > max_work:
        price = [
            cost * count / weight if count > 1 else 0.0 for cost, count, weight in zip(each, kept, weights, strict=True)
        ]
        dearest = int(np.argmax(price))
        if price[dearest] == 0.0:
            break
        kept[dearest] -= 1
    return tuple(kept)


def build_model(
    problem: TabularProblem,
    result: SearchResult,
    families: Mapping[str, ModelFamily],
    config: SearchConfig,
    state: Path,
) -> Built:
    """Select an ensemble and bring in its fitted members from the search's state folder.

    A search without any candidate gives the model that predicts class shares or the mean. Unless the
    user stopped the search, members are fitted again on all rows, in the share of the time that is kept for it.
    """
    if result.candidates:
        selection = select(problem, result, config)
        chosen = [result.candidates[i] for i in selection.members]
    else:
        chosen = [Candidate(-1, BASELINE, {}, float("inf"), ())]
        selection = Selection(np.ones(1), (), float("inf"))
    again = [candidate for candidate in chosen if candidate.number not in config.skip_refits]
    if result.candidates and not result.interrupted:
        seconds = config.time_left_for_this_task
        allowed = None if seconds is None else seconds * refit.share(problem)
        took = {record.number: record.seconds for record in result.records}
        refit.refit(problem, again, families, state, seconds=allowed, took=took, limits=config, threads=config.threads)
    fitted = fit_candidates(problem, chosen, families, state, seed=config.seed, threads=config.threads)
    weights = selection.weights[selection.members]
    parts = [len(one.parts) for one in fitted]
    kept = thin(chosen, parts, weights, config.predict_microseconds)
    model = TabularModel(
        members=tuple(replace(one, parts=one.parts[:count]) for one, count in zip(fitted, kept, strict=True)),
        weights=tuple(float(weight) for weight in weights),
        classes=problem.target.classes,
        task=problem.task,
        feature_names=tuple(str(name) for name in problem.X.columns),
    )
    kept_folds = [one.candidate.number for one in fitted if one.parts[0].fold != ALL_ROWS]
    return Built(model, selection, {**result.reproduce, "skip_refits": kept_folds})
