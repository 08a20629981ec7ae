"""The inside of a trial."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from automl_flow.nas.search.objective import Arena, evaluate, judge, memory_errors
from automl_flow.nas.search.setup import make_setting
from automl_flow.study.trial import TrialJob
from tests.nas.problems import config, image_problem


@pytest.fixture
def arena(tmp_path: Path) -> Arena:
    return make_setting(image_problem(), config(), tmp_path).arena


def job(arena: Arena, stop: int) -> TrialJob:
    params = dict(arena.make_space().reference(arena.shape).params)
    return TrialJob(0, {"params": params, "trial": 0, "stop": stop})


def test_an_earlier_stop_is_not_answered_with_a_later_network(arena: Arena) -> None:
    early = evaluate(arena, job(arena, 1))
    evaluate(arena, job(arena, 3))
    again = evaluate(arena, job(arena, 1))
    assert (again.values, again.attrs["history"]) == (early.values, early.attrs["history"])


def test_a_known_architecture_is_not_trained(arena: Arena) -> None:
    payload = {"key": "k", "duplicate_of": 3, "known": (0.5,)}
    assert evaluate(arena, TrialJob(4, payload)).values == (0.5,)


def test_an_architecture_that_is_being_trained_is_given_up(arena: Arena) -> None:
    payload = {"key": "k", "duplicate_of": 3, "known": ()}
    assert evaluate(arena, TrialJob(4, payload)).pruned


def test_torch_running_out_of_memory_is_a_memory_error() -> None:
    with pytest.raises(MemoryError, match="allocate memory"), memory_errors():
        torch.empty(1 << 50)


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(RuntimeError, match="shapes"), memory_errors():
        raise RuntimeError("shapes do not fit")


def test_predictions_are_judged_by_metric_and_by_a_finer_loss(arena: Arena) -> None:
    truth = np.eye(3)[arena.rounds[0].valid.y]
    loss, finer = judge(arena, 0.7 * truth + 0.1)
    assert loss == -1.0
    assert finer == pytest.approx(-np.log(0.8))
