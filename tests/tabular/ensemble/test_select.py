"""The share of the vote that a second layer gets."""

from __future__ import annotations

import numpy as np
import pytest

from automl_flow.tabular.candidate import Candidate
from automl_flow.tabular.config import SearchConfig
from automl_flow.tabular.ensemble.select import select
from automl_flow.tabular.result import SearchResult
from tests.models.problems import make_problem

CONFIG = SearchConfig(max_trials=1)


@pytest.fixture(scope="module")
def problem():
    return make_problem("regression", rows=400)


def found(problem, errors: dict[tuple[int, ...], float], work: float = 1.0) -> SearchResult:
    """Candidates with errors of their own, of these spreads, by what they read."""
    rng, y = np.random.default_rng(0), problem.target.values
    rows = [(y + spread * rng.normal(size=len(y)))[:, None] for spread in errors.values()]
    candidates = [Candidate(i, "linear", {}, 0.0, (), work=work, base_models=reads) for i, reads in enumerate(errors)]
    return SearchResult((), tuple(candidates), np.asarray(rows, dtype=np.float32), np.arange(len(y)))


@pytest.mark.parametrize(("spread", "share"), [(0.1, 0.6), (0.19, 0.4), (0.3, 0.2), (5.0, 0.0)])
def test_a_worse_second_layer_has_less_of_the_vote(problem, spread, share):
    selection = select(problem, found(problem, {(): 0.1, (0,): spread}), CONFIG)
    assert selection.weights.tolist() == pytest.approx([1 - share, share])


def test_the_loss_is_that_of_the_shared_vote(problem):
    result = found(problem, {(): 0.1, (0,): 0.1})
    selection = select(problem, result, CONFIG)
    mixed = np.tensordot(selection.weights, result.oof, axes=1)[:, 0]
    assert selection.loss == pytest.approx(np.sqrt(np.mean((mixed - problem.target.values) ** 2)))
    assert selection.trajectory[-1] == selection.loss


def test_a_second_layer_that_is_too_much_work_is_left_out(problem):
    result = found(problem, {(): 0.1, (0,): 0.05}, work=150.0)
    assert select(problem, result, CONFIG).weights.tolist() == [1.0, 0.0]


def test_a_second_layer_alone_never_makes_the_ensemble(problem):
    result = found(problem, {(): 1.0, (0,): 0.01})
    assert select(problem, result, CONFIG).weights.tolist() == [0.4, 0.6]
