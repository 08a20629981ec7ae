"""Epochs of the final training."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.final_training import final_epochs
from automl_flow.nas.search.schedule import MAX_FINAL_EPOCHS_FACTOR, NasSchedule
from automl_flow.study.budget import Clock
from automl_flow.study.trial import TrialRecord
from tests.nas.problems import facts

PLANNED = 20
BEST = TrialRecord(0, {}, (0.9,), "complete", attrs=facts(10), seconds=10.0)  # a second an epoch


def epochs(seconds: float | None, *, stops_early: bool = False, **changes: Any) -> int:
    config = NasConfig(n_jobs=2, final_seeds=2, **changes)
    setup = SimpleNamespace(
        config=config,
        usual_final_epochs=PLANNED,
        stops_early=stops_early,
        final_waves=1,
        schedule=NasSchedule(),
        context=SimpleNamespace(growth=1.0),
    )
    return final_epochs(setup, BEST, Clock(seconds))  # type: ignore[arg-type]


def test_without_a_clock_the_usual_epochs_are_trained() -> None:
    assert epochs(None) == PLANNED


def test_seconds_that_are_left_are_used_up_to_a_limit() -> None:
    assert epochs(1000.0) == MAX_FINAL_EPOCHS_FACTOR * PLANNED


def test_no_more_epochs_than_the_seconds_allow() -> None:
    assert epochs(10.5) == int(0.85 * 10.4)


def test_what_the_user_said_is_not_exceeded() -> None:
    assert epochs(1000.0, final_epochs=3) == 3


def test_training_that_stops_by_itself_is_not_made_longer() -> None:
    assert epochs(1000.0, stops_early=True) == PLANNED
