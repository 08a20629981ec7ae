"""The schedule of an architecture search: seconds by phase, and the epochs of each rung."""

from __future__ import annotations

import math
from typing import Any

import pytest

from automl_flow.core.config import parse_config
from automl_flow.core.errors import ConfigError
from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.schedule import MIN_PHASE_SECONDS, NasSchedule, rungs
from automl_flow.study.budget import Clock


@pytest.mark.parametrize(
    ("epochs", "reduction", "expected"),
    [
        (1, 3, (1,)),
        (5, 3, (5,)),
        (6, 3, (2, 6)),
        (10, 3, (4, 10)),
        (30, 3, (4, 10, 30)),
        (200, 3, (23, 67, 200)),
        (30, 1, (30,)),
    ],
)
def test_rungs_end_at_the_full_length(epochs: int, reduction: int, expected: tuple[int, ...]) -> None:
    assert rungs(epochs, reduction) == expected


def schedule(*, table: bool = False, **settings: Any) -> NasSchedule:
    return NasSchedule.of(NasConfig(epochs=10, **settings), table=table)


@pytest.mark.parametrize("table", [False, True])
@pytest.mark.parametrize("settings", [{}, {"proxy_candidates": 20}, {"strategy": "darts"}])
def test_the_phases_add_up_to_all_seconds(table: bool, settings: dict[str, Any]) -> None:
    assert math.fsum(phase.fraction for phase in schedule(table=table, **settings).phases()) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("table", "settings", "ends"),
    [
        (False, {"strategy": "darts"}, {"warm_start": 15, "first_rung": 30, "later_rungs": 50, "reserve": 100}),
        (False, {}, {"first_rung": 30, "later_rungs": 50}),
        (True, {"proxy_candidates": 8}, {"warm_start": 25, "first_rung": 50}),
        (True, {}, {"first_rung": 50}),
        (False, {"reduction_factor": 1}, {"first_rung": 50}),
    ],
)
def test_phases_end_when_their_share_and_those_before_are_used(
    table: bool, settings: dict[str, Any], ends: dict[Any, float]
) -> None:
    plan, whole = schedule(table=table, **settings), Clock(100.0)
    for phase, end in ends.items():
        assert plan.clock(phase, whole).seconds == pytest.approx(end, abs=0.5)


def test_phases_that_do_not_take_place_are_not_shown() -> None:
    names = [phase.name for phase in schedule(table=True).phases()]
    assert names == ["start", "first rung", "final training", "reserve"]


def test_a_phase_whose_time_is_over_ends_at_once() -> None:
    assert schedule().clock("first_rung", Clock(10.0, spent=9.0)).seconds == MIN_PHASE_SECONDS
    assert schedule().clock("first_rung", Clock(None)).seconds is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("turns", "cv_folds"),
        ("valid", "validation_fraction"),
        ("screen", "proxy_candidates"),
        ("reduction", "reduction_factor"),
    ],
)
def test_renamed_settings_are_refused_with_their_new_names(old: str, new: str) -> None:
    with pytest.raises(ConfigError, match=new):
        parse_config(NasConfig, {old: 2}, "nas")
