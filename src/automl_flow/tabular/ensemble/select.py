"""Ensemble selection over one or two layers, and the choice of base models for the second."""

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

_FIRST_LAYER_FRACTION = 0.6  # of the inference cost, for a first layer that leaves room for a second one
_BASE_MODEL_FRACTION = 0.75  # likewise, for these and all other base models
_SECOND_LAYER_WEIGHTS = (0.6, 0.4, 0.2)  # that the second layer may have in the ensemble
_TOLERANCE = 0.01  # of what the first layer has learned: how much its loss is below that of the best constant


def stack_models(session: SearchSession, result: SearchResult) -> SearchResult:
    """Add a second layer to the result, where the settings leave trials and time for one.

    Its base models are the members of the best ensemble of the first layer and the best candidate of each other family,
    as far as the inference cost allows: the more diverse, the better.
    """
    began = time.monotonic()
    problem, config = session.problem, session.config
    trials = 0 if result.interrupted else planned(problem, session.families, config)
    if trials == 0 or not result.candidates:
        return result
    first = _first_layer(problem, result, config, _FIRST_LAYER_FRACTION)
    base_models = _base_models(result, first, _BASE_MODEL_FRACTION * config.predict_microseconds)
    return search_second_layer(session, result, base_models, trials=trials, began=began)


def _base_models(result: SearchResult, selection: Selection, max_work: float) -> list[Candidate]:
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
    """Choose and weight candidates by their out-of-fold predictions.

    One model of each chosen candidate and of each of its base models must fit into the inference cost. The baseline is
    left out while there is anything else: mixing in a constant changes no ranking, except by rounding.

    Candidates are chosen within the first layer, then within the second. The second layer gets the largest weight with
    which the ensemble is not worse than the first layer alone, within a tolerance, because its out-of-fold losses are
    biased upwards: the meta-features of its training rows come from base models that had learned from its validation
    rows, so what it learns to correct holds those rows' targets with the wrong sign. New rows are not affected.
    """
    shared = _both_layers(problem, result, config) if any(c.base_models for c in result.candidates) else None
    return shared or _first_layer(problem, result, config, 1.0)


def _both_layers(problem: TabularProblem, result: SearchResult, config: SearchConfig) -> Selection | None:
    """The ensemble of two layers; ``None`` where the first alone is better."""
    first = _first_layer(problem, result, config, _FIRST_LAYER_FRACTION)
    work = np.array([candidate.work for candidate in result.candidates])
    second = np.array([bool(candidate.base_models) for candidate in result.candidates])
    numbers = {number for candidate in result.candidates for number in candidate.base_models}
    needed = (first.weights > 0) | np.array([candidate.number in numbers for candidate in result.candidates])
    left = config.predict_microseconds - work[needed].sum()
    if not (second & (work <= left)).any():
        return None
    return _shared(problem, result, first, _greedy(problem, result, config, np.where(second, work, np.inf), left))


def _first_layer(problem: TabularProblem, result: SearchResult, config: SearchConfig, share: float) -> Selection:
    """The best ensemble of the first layer within a fraction of the inference cost."""
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
    """Weight two layers; ``None`` where the first alone is better."""
    metric, y = problem.task.scorer(problem.target.classes), problem.target.values[result.rows]
    weight = None if problem.weight is None else problem.weight[result.rows]

    def loss(prediction: Array) -> float:
        return metric.loss(y, prediction, weight)

    alone = loss(np.tensordot(first.weights, result.oof, axes=1))
    constant = problem.task.problem_type.constant(y, problem.target.outputs, weight)
    learned = loss(np.tile(constant, (len(y), 1))) - alone
    allowed = alone + (_TOLERANCE * learned if learned > 0 else 0.0)
    for share in _SECOND_LAYER_WEIGHTS:
        weights = (1 - share) * first.weights + share * second.weights
        reached = loss(np.tensordot(weights, result.oof, axes=1))
        if reached <= allowed:
            return Selection(weights, (*first.trajectory, reached), reached)
    return None
