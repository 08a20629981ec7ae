"""Several jobs in one process: they share it, and what one of them does is not held against the others."""

from __future__ import annotations

import os
import signal
import time

import psutil
import pytest

from automl_flow.execution.backends.local import LocalRunner
from automl_flow.execution.outcome import Limits
from automl_flow.execution.runner import RunnerSettings
from tests.execution import jobs


@pytest.fixture(scope="module")
def runner():
    with LocalRunner(RunnerSettings(n_jobs=2, slots=2)) as runner:
        yield runner


def test_jobs_share_a_process_and_run_at_the_same_time(runner, tmp_path):
    runner.submit(jobs.sleep, 0, Limits()).outcome()  # the process is there
    began = time.monotonic()
    handles = [runner.submit(jobs.stay, (str(tmp_path / name), 1.0), Limits()) for name in "ab"]
    (first, _), (second, _) = (handle.outcome().value for handle in handles)
    assert first == second
    assert time.monotonic() - began < 1.8  # one second each


def test_a_third_job_waits_for_its_turn(runner, tmp_path):
    handles = [runner.submit(jobs.stay, (str(tmp_path / name), 1.0), Limits()) for name in "abc"]
    began = time.monotonic()
    assert len({handle.outcome().value for handle in handles}) == 1
    assert time.monotonic() - began > 1.8


@pytest.mark.parametrize(
    ("culprit", "limits", "cause"),
    [
        (jobs.spin, {"seconds": 0.4}, "timeout"),
        (jobs.hoard, {"memory_mb": 400}, "memory"),
        (jobs.allocate_at_once, {"memory_mb": 400}, "memory"),
        (jobs.die_later, {}, "implementation"),
        (jobs.break_down, {}, "implementation"),
    ],
)
def test_what_one_job_does_is_not_held_against_another(runner, tmp_path, culprit, limits, cause):
    innocent = runner.submit(jobs.stay, (str(tmp_path / "innocent"), 2.0), Limits(60.0, limits.get("memory_mb")))
    guilty = runner.submit(culprit, 0, Limits(**limits))
    assert guilty.outcome().cause == cause
    assert innocent.outcome().ok
    killed = culprit is not jobs.allocate_at_once and culprit is not jobs.break_down
    assert innocent.outcome().value[1] == 1 + killed


def test_what_is_late_together_ends_together(runner):
    began = time.monotonic()
    limits = Limits(seconds_left=1.0)
    handles = [runner.submit(jobs.spin, 0, limits) for _ in range(3)]  # the third has not begun by then
    assert [handle.outcome().cause for handle in handles] == ["timeout"] * 3
    assert time.monotonic() - began < 3.0


def test_a_job_that_runs_again_has_no_more_time_than_before(runner, tmp_path):
    innocent = runner.submit(jobs.stay, (str(tmp_path / "innocent"), 1.0), Limits(seconds_left=1.2))
    runner.submit(jobs.spin, 0, Limits(seconds=0.6)).outcome()
    assert innocent.outcome().cause == "timeout"  # with 1.2 s from its second start it would have ended well


def test_a_cancelled_job_ends_and_the_other_runs_again(runner, tmp_path):
    other = runner.submit(jobs.stay, (str(tmp_path / "other"), 1.0), Limits())
    handle = runner.submit(jobs.spin, 0, Limits())
    time.sleep(0.3)
    handle.cancel()
    assert handle.outcome().cause == "timeout"
    assert other.outcome().value[1] == 2


def test_a_job_that_waits_can_be_cancelled(runner, tmp_path):
    running = [runner.submit(jobs.stay, (str(tmp_path / name), 1.0), Limits()) for name in "ab"]
    waiting = runner.submit(jobs.stay, (str(tmp_path / "c"), 1.0), Limits())
    waiting.cancel()
    runner.wait_any([waiting], 5)
    assert waiting.done
    assert [handle.outcome().value[1] for handle in running] == [1, 1]
    assert not (tmp_path / "c").exists()


def test_a_process_that_somebody_kills_while_it_is_idle_is_replaced(runner):
    pid = runner.submit(jobs.sleep, 0, Limits()).outcome().value
    os.kill(pid, signal.SIGKILL)
    assert runner.submit(jobs.sleep, 0, Limits()).outcome().value != pid


def test_released_workers_are_gone_and_come_back(runner):
    pid = runner.submit(jobs.sleep, 0, Limits()).outcome().value
    runner.release()
    for _ in range(100):
        if not psutil.pid_exists(pid):
            break
        time.sleep(0.1)
    else:
        pytest.fail("the worker is still there")
    assert runner.submit(jobs.sleep, 0, Limits()).outcome().value != pid


def test_a_context_holds_from_the_next_job_on(runner, tmp_path):
    runner.broadcast("first")
    before = runner.submit(jobs.answer, 0, Limits())
    runner.broadcast("second")
    after = runner.submit(jobs.answer, 0, Limits())
    assert [before.outcome().value, after.outcome().value] == ["first", "second"]


def test_workers_import_what_they_are_told_to():
    with LocalRunner(RunnerSettings(imports=("colorsys",))) as runner:
        runner.start()
        assert runner.submit(jobs.imported, "colorsys", Limits()).outcome().value


def test_a_worker_that_cannot_start_fails_its_jobs():
    with LocalRunner(RunnerSettings(imports=("no_such_module",))) as runner:
        outcome = runner.submit(jobs.sleep, 0, Limits()).outcome()
    assert outcome.cause == "implementation"
    assert "no_such_module" in outcome.message


def test_a_free_worker_that_has_run_a_job_with_the_same_key_is_preferred():
    with LocalRunner(RunnerSettings(n_jobs=3)) as runner:
        first = {}
        handles = {key: runner.submit(jobs.sleep, 0.5, Limits(), key) for key in "abc"}
        for key, handle in handles.items():
            first[key] = handle.outcome().value
        assert len(set(first.values())) == 3
        for key in "cabbca":
            assert runner.submit(jobs.sleep, 0, Limits(), key).outcome().value == first[key]


def test_a_job_does_not_wait_for_the_worker_that_it_prefers():
    with LocalRunner(RunnerSettings(n_jobs=2)) as runner:
        busy = runner.submit(jobs.sleep, 3.0, Limits(), "a")
        other = runner.submit(jobs.sleep, 0, Limits(), "a").outcome()
        assert not busy.done
        assert other.value != busy.outcome().value
