"""Which candidates of a search make the ensemble, and whether a second layer belongs to it."""

from __future__ import annotations

import time

import numpy as np

from automl_flow.models.family import Array
from automl_flow.tabular.candidate import BASELINE, Candidate
from automl_flow.tabular.config import SearchConfig
from automl_flow.tabular.ensemble.greedy import Selection, greedy_selection
from automl_flow.tabular.problem import TabularProblem
from automl_flow.tabular.result import SearchResult
from automl_flow.tabular.session.session import SearchSession
from automl_flow.tabular.stacking import planned, search_second_layer

_FIRST_SHARE = 0.6  # of the allowed work, for an ensemble of the first layer that leaves room for a second one
_READ_SHARE = 0.75  # likewise, for these and all others that are read
_SHARES = (0.6, 0.4, 0.2)  # of the vote that a second layer may have
_ALLOWANCE = 0.01  # of what the first layer has learned: how much its loss is below that of the best constant


def stack_models(session: SearchSession, result: SearchResult) -> SearchResult:
    """Add a second layer to what a search found, where the settings leave trials and time for one.

    It reads what the members of the best ensemble of the first layer predict, and the best candidate of each other
    family, as far as a share of the work that predicting may take allows: the more differ in what they say, the better.
    """
    began = time.monotonic()
    problem, config = session.problem, session.config
    trials = 0 if result.interrupted else planned(problem, session.families, config)
    if trials == 0 or not result.candidates:
        return result
    first = _first_layer(problem, result, config, _FIRST_SHARE)
    read = _worth_reading(result, first, _READ_SHARE * config.predict_microseconds)
    return search_second_layer(session, result, read, trials=trials, began=began)


def _worth_reading(result: SearchResult, selection: Selection, max_work: float) -> list[Candidate]:
    """Members of an ensemble, then the best candidate of each other family."""
    read = [result.candidates[i] for i in selection.members]
    families = {BASELINE, *(candidate.family for candidate in read)}
    left = max_work - sum(candidate.work for candidate in read)
    for candidate in result.candidates:
        if candidate.family not in families and candidate.work <= left:
            read.append(candidate)
            families.add(candidate.family)
            left -= candidate.work
    return read


def select(problem: TabularProblem, result: SearchResult, config: SearchConfig) -> Selection:
    """Choose and weight candidates of a search by their out-of-fold predictions.

    One model of each chosen candidate must fit into the allowed work, and one of each whose predictions are read. The
    baseline is left out while there is anything else: mixing in a constant changes no ranking but for rounding.

    The candidates of the first layer are chosen among themselves, then those of the second. The second layer gets the
    largest share of the vote with which the ensemble is not worse than the first layer alone, with an allowance: its
    out-of-fold losses are too high. Rows that it learns from carry readings of models that had learned from the rows
    it is validated on, so what it learns to correct holds those rows' targets with the wrong sign. Rows that are new
    to all models have no part in that.
    """
    shared = _both_layers(problem, result, config) if any(c.base_models for c in result.candidates) else None
    return shared or _first_layer(problem, result, config, 1.0)


def _both_layers(problem: TabularProblem, result: SearchResult, config: SearchConfig) -> Selection | None:
    """The ensemble of two layers, if there is a good one."""
    first = _first_layer(problem, result, config, _FIRST_SHARE)
    work = np.array([candidate.work for candidate in result.candidates])
    second = np.array([bool(candidate.base_models) for candidate in result.candidates])
    numbers = {number for candidate in result.candidates for number in candidate.base_models}
    needed = (first.weights > 0) | np.array([candidate.number in numbers for candidate in result.candidates])
    left = config.predict_microseconds - work[needed].sum()
    if not (second & (work <= left)).any():
        return None
    return _shared(problem, result, first, _greedy(problem, result, config, np.where(second, work, np.inf), left))


def _first_layer(problem: TabularProblem, result: SearchResult, config: SearchConfig, share: float) -> Selection:
    """The best ensemble of the first layer within a share of the allowed work."""
    knows = np.array([candidate.family != BASELINE for candidate in result.candidates])
    second = np.array([bool(candidate.base_models) for candidate in result.candidates])
    work = np.array([candidate.work for candidate in result.candidates])
    usual = np.where((knows if knows.any() else ~knows) & ~second, work, np.inf)
    return _greedy(problem, result, config, usual, share * config.predict_microseconds)


def _greedy(
    problem: TabularProblem, result: SearchResult, config: SearchConfig, work: Array, max_work: float
) -> Selection:
    return greedy_selection(
        result.oof,
        problem.target.values[result.rows],
        problem.task.scorer(problem.target.classes),
        config.ensemble_size,
        weight=None if problem.weight is None else problem.weight[result.rows],
        work=work.tolist(),
        max_work=max_work,
    )


def _shared(problem: TabularProblem, result: SearchResult, first: Selection, second: Selection) -> Selection | None:
    """Share the vote between two layers, unless the first alone is better."""
    metric, y = problem.task.scorer(problem.target.classes), problem.target.values[result.rows]
    weight = None if problem.weight is None else problem.weight[result.rows]

    def loss(prediction: Array) -> float:
        return metric.loss(y, prediction, weight)

    alone = loss(np.tensordot(first.weights, result.oof, axes=1))
    constant = problem.task.problem_type.constant(y, problem.target.outputs, weight)
    learned = loss(np.tile(constant, (len(y), 1))) - alone
    allowed = alone + (_ALLOWANCE * learned if learned > 0 else 0.0)
    for share in _SHARES:
        weights = (1 - share) * first.weights + share * second.weights
        reached = loss(np.tensordot(weights, result.oof, axes=1))
        if reached <= allowed:
            return Selection(weights, (*first.trajectory, reached), reached)
    return None
