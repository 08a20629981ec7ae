from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from automl_flow.execution.backends.local import LocalRunner
from automl_flow.execution.outcome import Limits
from automl_flow.execution.runner import RunnerSettings
from tests.execution import jobs

_ROOT = Path(__file__).parents[2]
_PATH = f"{_ROOT}{os.pathsep}{_ROOT / 'src'}"  # of other processes


@pytest.fixture(scope="module")
def runner():
    with LocalRunner(RunnerSettings(n_jobs=1), 10) as runner:
        yield runner


def outcome(runner, function, job=0, **limits):
    return runner.submit(function, job, Limits(**limits)).outcome()


def test_a_job_sees_the_context(runner):
    assert outcome(runner, jobs.add, 5).value == 15


@pytest.mark.parametrize(
    ("function", "limits", "cause", "message"),
    [
        (jobs.spin, {"seconds": 0.5}, "timeout", "over the time limit of 0.5 s"),
        (jobs.allocate_at_once, {"memory_mb": 400}, "memory", "memory limit of 400 MB"),
        (jobs.allocate_slowly, {"memory_mb": 400}, "memory", "memory limit of 400 MB"),
        (jobs.die, {}, "implementation", "exit code 3; last lines:\nlast words"),
        (jobs.refuse, {}, "data", "column 'x' is empty"),
        (jobs.break_down, {}, "implementation", "KeyError: 'x'"),
    ],
)
def test_a_failure_has_a_cause_and_the_runner_goes_on(runner, function, limits, cause, message):
    failed = outcome(runner, function, **limits)
    assert (failed.ok, failed.cause) == (False, cause)
    assert message in failed.message
    assert outcome(runner, jobs.add, 1).value == 11


def test_a_time_limit_is_held(runner):
    began = time.monotonic()
    outcome(runner, jobs.spin, seconds=0.5)
    assert time.monotonic() - began < 2.5


def test_a_clock_that_jumps_ends_no_job(runner, monkeypatch):
    handle = runner.submit(jobs.sleep, 1.0, Limits(seconds=60))
    monkeypatch.setattr(time, "time", lambda: 4e9)
    assert handle.outcome().cause is None


def test_a_job_that_cannot_be_sent_fails_alone(runner):
    assert outcome(runner, jobs.add, lambda: None).cause == "implementation"


def test_memory_is_measured(runner):
    assert 10 < outcome(runner, jobs.add, 1).peak_mb < 2000


def test_native_threads_are_capped(runner):
    assert outcome(runner, jobs.threads).value in ([1], [])


def test_leaving_the_block_kills_what_runs():
    with LocalRunner(context=0) as runner:
        pid = outcome(runner, jobs.sleep, 0).value
        runner.submit(jobs.spin, 0, Limits())
    with pytest.raises(ProcessLookupError):
        for _ in range(50):
            os.kill(pid, 0)
            time.sleep(0.1)


_BUSY = """
import os, sys, time
from automl_flow.execution.backends.local import LocalRunner
from automl_flow.execution.outcome import Limits
from automl_flow.execution.runner import RunnerSettings
from tests.execution import jobs
with LocalRunner(RunnerSettings(n_jobs=2, preload=sys.argv[1:]), 0) as runner:
    runner.submit(jobs.sleep, 0, Limits()).outcome()
    for _ in range(2):
        runner.submit(jobs.spin, 0, Limits())
    time.sleep(0.5)
    print("busy", flush=True)
    time.sleep(60)
"""


@pytest.fixture(params=[(), ("colorsys",)], ids=["alone", "forked"])
def busy(request, tmp_path_factory):
    """A process with busy workers, its descendants, and its folder for temporary files."""
    folder = tmp_path_factory.mktemp("busy")
    environment = {**os.environ, "PYTHONPATH": _PATH, "TMPDIR": str(folder)}
    with subprocess.Popen(
        [sys.executable, "-c", _BUSY, *request.param], env=environment, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"busy\n"
        family = psutil.Process(process.pid).children(recursive=True)
        assert len(family) == (3 if request.param else 2)  # fork server, two workers
        yield process, family, folder
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_search_leaves_no_process_and_no_temporary_file(busy, number):
    process, family, temporary = busy
    process.send_signal(number)
    assert process.wait(10) == -number
    assert psutil.wait_procs(family, timeout=10)[1] == []
    assert list(temporary.iterdir()) == []


def test_what_is_left_when_all_are_killed_is_removed_by_the_next(busy):
    process, family, temporary = busy
    for member in [psutil.Process(process.pid), *reversed(family)]:
        member.kill()
    process.wait(10)
    environment = {**os.environ, "TMPDIR": str(temporary)}
    code = "from automl_flow.execution.backends.local import LocalRunner\nwith LocalRunner(): pass"
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert list(temporary.iterdir()) == []


def test_a_script_needs_no_main_guard(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "MARK = print('script runs')\n"
        "from automl_flow.execution.backends.local import LocalRunner\n"
        "from automl_flow.execution.outcome import Limits\n"
        "from tests.execution import jobs\n"
        "with LocalRunner(context=0) as runner:\n"
        "    print(runner.submit(jobs.main_module, 0, Limits()).outcome().value)\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)], env={**os.environ, "PYTHONPATH": _PATH}, capture_output=True, check=True
    )
    assert done.stdout.decode().splitlines() == ["script runs", "[]"]
