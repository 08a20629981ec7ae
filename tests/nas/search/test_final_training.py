"""How long the winner is trained in the end."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.final_training import CAUTION, LONGER, final_epochs
from automl_flow.study.budget import Clock
from automl_flow.study.trial import TrialRecord

PLANNED = 20
BEST = TrialRecord(0, {}, (0.9,), "complete", attrs={"epochs": 10}, seconds=10.0)  # a second an epoch


def setting(*, rungs: bool = True) -> Any:
    part = SimpleNamespace(fit=SimpleNamespace(x=range(100)))
    arena = SimpleNamespace(rounds=(part,), whole=SimpleNamespace(x=range(100)))
    return SimpleNamespace(final_epochs=PLANNED, rungs=rungs, arena=arena)


def epochs(seconds: float | None, *, rungs: bool = True, **changes: Any) -> int:
    config = NasConfig(n_jobs=2, final_seeds=2, **changes)
    return final_epochs(setting(rungs=rungs), config, BEST, Clock(seconds))


def test_without_a_clock_the_usual_epochs_are_trained() -> None:
    assert epochs(None) == PLANNED


def test_seconds_that_are_left_are_used_up_to_a_limit() -> None:
    assert epochs(1000.0) == LONGER * PLANNED


def test_no_more_epochs_than_the_seconds_allow() -> None:
    assert epochs(10.5) == int(CAUTION * 10.4)


def test_what_the_user_said_is_not_exceeded() -> None:
    assert epochs(1000.0, final_epochs=3) == 3


def test_training_that_stops_by_itself_is_not_made_longer() -> None:
    assert epochs(1000.0, rungs=False) == PLANNED
