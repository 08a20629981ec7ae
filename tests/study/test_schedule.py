"""Timelines: every second belongs to a phase, planned next to spent."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from automl_flow.core.errors import ArtifactError
from automl_flow.study.budget import Clock
from automl_flow.study.schedule import (
    Phase,
    PhaseTime,
    Timeline,
    log_plan,
    log_timeline,
    read_timeline,
    save_timeline,
)

PHASES = (Phase("start", 0.1), Phase("trials", 0.7), Phase("end", 0.2))


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that clocks read."""
    time = [100.0]
    monkeypatch.setattr("automl_flow.study.budget.time.monotonic", lambda: time[0])
    return time


def test_every_second_since_the_start_of_the_clock_belongs_to_a_phase(now: list[float]) -> None:
    timeline = Timeline(PHASES, Clock(50.0, spent=3.0))
    for name, at in (("trials", 104.0), ("start", 110.0), ("trials", 111.0)):
        now[0] = at
        timeline.enter(name)
    now[0] = 131.0
    assert timeline.rows() == (
        PhaseTime("start", 5.0, 8.0),
        PhaseTime("trials", 35.0, 26.0),
        PhaseTime("end", 10.0, 0.0),
    )


@pytest.mark.usefixtures("now")
def test_without_a_limit_nothing_is_planned() -> None:
    assert [row.planned for row in Timeline(PHASES, Clock(None)).rows()] == [None] * 3


def test_a_plan_stays_when_the_clock_is_stopped(now: list[float]) -> None:
    clock = Clock(50.0)
    timeline = Timeline(PHASES, clock)
    now[0] = 110.0
    clock.stop()
    assert clock.expired
    assert timeline.rows()[0] == PhaseTime("start", 5.0, 10.0)


@pytest.mark.usefixtures("now")
def test_an_unknown_phase_is_refused() -> None:
    with pytest.raises(ValueError, match="no phase 'middle'; there are start, trials, end"):
        Timeline(PHASES, Clock(None)).enter("middle")


def test_the_plan_is_told_where_seconds_are_limited(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="automl_flow"):
        log_plan([PhaseTime("start", None, 0.0)])
        log_plan([PhaseTime("start", 5.0, 0.0), PhaseTime("trials", 35.04, 0.0)])
    assert caplog.messages == ["Planned: start 5.0 s; trials 35.0 s"]


def test_the_log_says_where_the_seconds_went(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="automl_flow"):
        log_timeline([PhaseTime("start", 5.0, 8.04), PhaseTime("trials", None, 26.0)])
    assert caplog.messages == ["Time: start 8.0 s of 5.0 s; trials 26.0 s (34.0 s in all)"]


def test_a_timeline_is_kept_next_to_the_journal(tmp_path: Path) -> None:
    rows = (PhaseTime("start", 5.0, 8.25), PhaseTime("trials", None, 0.0))
    assert read_timeline(tmp_path) == ()
    save_timeline(tmp_path, rows)
    assert read_timeline(tmp_path) == rows


def test_a_damaged_timeline_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "timeline.json").write_text('[{"name": "start", "planned": "5", "spent": 1.0}]')
    with pytest.raises(ArtifactError, match=r"timeline\.json: .*planned"):
        read_timeline(tmp_path)
