"""Predicted seconds, and what they allow."""

from __future__ import annotations

from typing import Any

import pytest

from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.constraints import Constraints
from automl_flow.nas.search.objective import Suggestion
from automl_flow.nas.search.runtime_model import RuntimeModel, TrainingAdmission
from automl_flow.nas.search.schedule import MIN_FINAL_EPOCHS_FRACTION, RUNTIME_MARGIN
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces import make_space
from automl_flow.nas.spaces.base import Architecture
from automl_flow.study.budget import Clock
from automl_flow.study.trial import TrialRecord
from tests.nas.problems import facts

SHAPE = DataShape(kind="image", channels=1, height=28, width=28, outputs=10)
SPACE = make_space("macro")
REFERENCE = SPACE.reference(SHAPE)
LARGE = SPACE.architecture(
    {**REFERENCE.params, "width": 48, "op_1": "nor_conv_5x5", "op_2": "nor_conv_5x5", "depth_1": 2}, SHAPE
)


def entry(number: int, attrs: dict[str, Any], seconds: float) -> dict[str, Any]:
    """A journal's entry of a trial of the reference network."""
    return TrialRecord(number, REFERENCE.params, (0.5,), "complete", seconds=seconds, attrs=attrs).to_entry(seconds)


def suggestion(architecture: Architecture) -> Suggestion:
    return Suggestion(architecture, trial=1, epochs=4)


def runtime(seconds: float = 20.0) -> RuntimeModel:
    """After a trial of two epochs of the reference network that took so many seconds."""
    known = RuntimeModel(Constraints(SPACE, SHAPE, NasConfig(epochs=10), samples=1000, batch=32), 10)
    known.learn({0: entry(0, facts(2), seconds)})
    return known


def admission(known: RuntimeModel, **changes: Any) -> TrainingAdmission:
    fields = {"clock": Clock(100.0), "epochs": 4, "final_seconds": 1e9, "final_factor": 1.25}
    return TrainingAdmission(**{"runtime": known, **fields, **changes})


def test_seconds_grow_with_epochs_and_work() -> None:
    known = runtime()
    assert known.seconds(REFERENCE, 3) == pytest.approx(RUNTIME_MARGIN * 30.0)
    assert known.seconds(LARGE, 3) > 3 * known.seconds(REFERENCE, 3)


def test_failed_trials_and_duplicates_teach_nothing() -> None:
    known = RuntimeModel(Constraints(SPACE, SHAPE, NasConfig(), samples=1000, batch=32), 10)
    failed = entry(0, {}, 9.0) | {"state": "failed", "values": None}
    known.learn({0: failed, 1: entry(1, {"duplicate_of": 0, "key": "key"}, 0.1)})
    assert known.seconds(REFERENCE, 3) == 0.0


def test_what_fits_is_started() -> None:
    assert admission(runtime()).refusal(suggestion(REFERENCE), 60.0) is None


def test_what_cannot_end_in_time_is_not_started() -> None:
    assert admission(runtime()).refusal(suggestion(LARGE), 60.0).startswith("not started: it needs about")  # type: ignore[union-attr]


def test_the_search_ends_when_nothing_fits() -> None:
    closed = admission(runtime())
    assert closed.refusal(suggestion(REFERENCE), 10.0) is not None
    assert closed.clock.expired


def test_a_network_too_large_for_the_final_training_is_not_started() -> None:
    known = runtime()
    needed = 1.25 * known.seconds(REFERENCE, MIN_FINAL_EPOCHS_FRACTION * 10)
    assert admission(known, final_seconds=0.9 * needed).refusal(suggestion(REFERENCE), 1e9) is not None
    assert admission(known, final_seconds=1.1 * needed).refusal(suggestion(REFERENCE), 1e9) is None


def test_without_a_clock_nothing_is_held_back() -> None:
    free = admission(runtime(1e9), clock=Clock(None), final_seconds=1.0)
    assert free.refusal(suggestion(LARGE), float("inf")) is None


def test_as_many_go_on_as_there_is_time_for_and_never_one_alone() -> None:
    records = [TrialRecord(n, REFERENCE.params, (0.9,), "complete", attrs=facts(4)) for n in range(4)]
    each = runtime().seconds(REFERENCE, 6)
    assert len(runtime().affordable(records, 10, Clock(1.6 * each), n_jobs=2)) == 3
    assert runtime().affordable(records, 10, Clock(1.1 * each), n_jobs=1) == []
    assert len(runtime().affordable(records, 10, Clock(None), n_jobs=1)) == 4
