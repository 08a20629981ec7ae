"""The schedule of a tabular search adds up, and its seconds are those that the search has."""

from __future__ import annotations

import re
import time

import pytest

from automl_flow.study.budget import Clock
from automl_flow.study.parts import PartJob
from automl_flow.tabular.schedule import (
    TabularSchedule,
    deadline,
    feature_seconds,
    first_layer_seconds,
    reserve_seconds,
    search_seconds,
    soft_seconds,
)


@pytest.mark.parametrize("seconds", [None, 5.0, 60.0, 300.0, 3600.0])
@pytest.mark.parametrize("n_folds", [1, 3, 5, 10])
@pytest.mark.parametrize("two_layers", [False, True])
@pytest.mark.parametrize("prepares", [False, True])
def test_the_phases_add_up_to_all_of_the_time(seconds, n_folds, two_layers, prepares):
    plan = TabularSchedule.of(seconds, n_folds=n_folds, two_layers=two_layers, prepares=prepares)
    fractions = [phase.fraction for phase in plan.phases()]
    assert sum(fractions) == pytest.approx(1.0)
    assert min(fractions) > 0


def test_the_documented_table_is_the_schedule_and_adds_up():
    rows = re.findall(r"``(\w+)``\s+([\d.]+) %\s+([\d.]+) %", TabularSchedule.__doc__)
    plan, end = TabularSchedule.of(None, n_folds=5, two_layers=True), 0.0
    assert [name for name, _, _ in rows] == ["preparation", "first_layer", "second_layer", "refit", "reserve"]
    for name, share, ends in rows:
        end += float(share)
        assert getattr(plan, name) == pytest.approx(float(share) / 100)
        assert float(ends) == pytest.approx(end)
    assert end == pytest.approx(100)


def test_a_phase_that_does_not_take_place_has_no_row():
    names = [phase.name for phase in TabularSchedule.of(60.0, n_folds=5, two_layers=False, prepares=False).phases()]
    assert names == ["first layer", "refit"]


@pytest.mark.parametrize(
    ("seconds", "n_folds", "two_layers", "expected"),
    [(60.0, 5, True, 60 - 0.1 * 55 - 0.2 * 60), (60.0, 1, False, 60 - 0.3 * 55), (4.0, 5, False, 4.0)],
)
def test_the_first_layer_has_what_refits_and_second_layer_leave(seconds, n_folds, two_layers, expected):
    assert first_layer_seconds(seconds, n_folds=n_folds, two_layers=two_layers) == pytest.approx(expected)


@pytest.mark.parametrize(("seconds", "expected"), [(5.0, 0.5), (60.0, 2.4), (3600.0, 10.0)])
def test_the_reserve_is_bounded_and_grows_on_a_crowded_machine(seconds, expected):
    assert reserve_seconds(seconds) == pytest.approx(expected)
    assert reserve_seconds(seconds, crowding=3.0) == pytest.approx(3 * expected)
    assert reserve_seconds(seconds, crowding=99.0) == pytest.approx(4 * expected)


def test_layers_and_refits_have_at_least_half_of_what_preparation_left():
    assert search_seconds(Clock(None), 1.0) is None
    assert search_seconds(Clock(60.0), 1.0) == pytest.approx(57.6, abs=0.1)
    assert search_seconds(Clock(1.0, spent=0.4), 4.0) == pytest.approx(0.3, abs=0.05)


def test_a_feature_selection_that_is_too_short_does_not_take_place():
    assert feature_seconds(None) is None
    assert feature_seconds(20.0) == 0
    assert feature_seconds(100.0) == pytest.approx(8.0)


def test_a_trial_stops_by_itself_at_the_earlier_of_two_limits():
    assert soft_seconds(None, None, stacked=False) is None
    assert soft_seconds(100.0, None, stacked=False) == pytest.approx(35.0)
    assert soft_seconds(100.0, 20.0, stacked=False) == pytest.approx(11.0)
    assert soft_seconds(100.0, None, stacked=True) == pytest.approx(70.0)


def test_a_deadline_leaves_time_to_store_what_the_trial_made():
    def seconds(soft, left, **fields):
        end = deadline(soft, PartJob(0, None, left, **fields))
        return None if end is None else end - time.monotonic()

    assert seconds(None, None) is None
    assert seconds(50.0, 10.0) == pytest.approx(9.0, abs=0.1)
    assert seconds(3.0, 10.0) == pytest.approx(3.0, abs=0.1)
    assert seconds(None, 10.0, open_parts=5, rounds=3) == pytest.approx(3.0, abs=0.1)
    assert seconds(12.0, None, open_parts=4, rounds=2, trial_seconds=4.0) == pytest.approx(2.0, abs=0.1)
