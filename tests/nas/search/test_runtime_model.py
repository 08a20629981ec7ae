"""Predicted seconds, and what they allow."""

from __future__ import annotations

from typing import Any

import pytest

from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.constraints import Ledger
from automl_flow.nas.search.runtime_model import FINAL_SHARE, MARGIN, Gate, Pace
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces import make_space
from automl_flow.study.budget import Clock
from automl_flow.study.trial import TrialRecord

SHAPE = DataShape(kind="image", channels=1, height=28, width=28, outputs=10)
SPACE = make_space("macro")
REFERENCE = dict(SPACE.reference(SHAPE).params)
LARGE = REFERENCE | {"width": 48, "op_1": "nor_conv_5x5", "op_2": "nor_conv_5x5", "depth_1": 2}


def pace(seconds: float = 20.0) -> Pace:
    """After a trial of two epochs of the reference network that took so many seconds."""
    known = Pace(Ledger(SPACE, SHAPE, NasConfig(epochs=10), samples=1000, batch=32), 10)
    known.learn({0: {"state": "complete", "attrs": {"epochs": 2}, "params": REFERENCE, "seconds": seconds}})
    return known


def gate(known: Pace, **changes: Any) -> Gate:
    fields = {"clock": Clock(100.0), "stop": 4, "final": 1e9, "grown": 1.25, "waves": 1}
    return Gate(**{"pace": known, **fields, **changes})


def test_seconds_grow_with_epochs_and_work() -> None:
    known = pace()
    assert known.seconds(REFERENCE, 3) == pytest.approx(MARGIN * 30.0)
    assert known.seconds(LARGE, 3) > 3 * known.seconds(REFERENCE, 3)


def test_failed_trials_and_duplicates_teach_nothing() -> None:
    known = Pace(Ledger(SPACE, SHAPE, NasConfig(), samples=1000, batch=32), 10)
    failed = {"state": "failed", "attrs": {}, "params": REFERENCE, "seconds": 9.0}
    twin = {"state": "complete", "attrs": {"duplicate_of": 0}, "params": REFERENCE, "seconds": 0.1}
    known.learn({0: failed, 1: twin})
    assert known.seconds(REFERENCE, 3) == 0.0


def test_what_fits_is_started() -> None:
    assert gate(pace())({"params": REFERENCE}, 60.0) is None


def test_what_cannot_end_in_time_is_not_started() -> None:
    assert gate(pace())({"params": LARGE}, 60.0).startswith("not started: it needs about")  # type: ignore[union-attr]


def test_the_search_ends_when_nothing_fits() -> None:
    closed = gate(pace())
    assert closed({"params": REFERENCE}, 10.0) is not None
    assert closed.clock.expired


def test_a_network_too_large_for_the_final_training_is_not_started() -> None:
    known = pace()
    needed = 1.25 * known.seconds(REFERENCE, FINAL_SHARE * 10)
    assert gate(known, final=0.9 * needed)({"params": REFERENCE}, 1e9) is not None
    assert gate(known, final=1.1 * needed)({"params": REFERENCE}, 1e9) is None


def test_without_a_clock_nothing_is_held_back() -> None:
    free = gate(pace(1e9), clock=Clock(None), final=1.0)
    assert free({"params": LARGE}, float("inf")) is None


def test_as_many_go_on_as_there_is_time_for_and_never_one_alone() -> None:
    records = [TrialRecord(n, REFERENCE, (0.9,), "complete", attrs={"epochs": 4}) for n in range(4)]
    each = pace().seconds(REFERENCE, 6)
    assert len(pace().affordable(records, 10, Clock(1.6 * each), jobs=2)) == 3
    assert pace().affordable(records, 10, Clock(1.1 * each), jobs=1) == []
    assert len(pace().affordable(records, 10, Clock(None), jobs=1)) == 4
