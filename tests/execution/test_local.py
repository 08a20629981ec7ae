from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from automl_flow.execution.local import LocalRunner
from automl_flow.execution.outcome import Limits
from tests.execution import jobs


@pytest.fixture(scope="module")
def runner():
    with LocalRunner(10, n_jobs=1) as runner:
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


def test_a_job_that_cannot_be_sent_fails_alone(runner):
    assert outcome(runner, jobs.add, lambda: None).cause == "implementation"


def test_memory_is_measured(runner):
    assert 20 < outcome(runner, jobs.add, 1).peak_mb < 2000


def test_native_threads_are_capped(runner):
    assert outcome(runner, jobs.threads).value in ([1], [])


def test_leaving_the_block_kills_what_runs():
    with LocalRunner(0) as runner:
        pid = outcome(runner, jobs.sleep, 0).value
        runner.submit(jobs.spin, 0, Limits())
    with pytest.raises(ProcessLookupError):
        for _ in range(50):
            os.kill(pid, 0)
            time.sleep(0.1)


def test_a_script_needs_no_main_guard(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "MARK = print('script runs')\n"
        "from automl_flow.execution.local import LocalRunner\n"
        "from automl_flow.execution.outcome import Limits\n"
        "from tests.execution import jobs\n"
        "with LocalRunner(0) as runner:\n"
        "    print(runner.submit(jobs.main_module, 0, Limits()).outcome().value)\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, str(script)], env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, check=True
    )
    assert done.stdout.decode().splitlines() == ["script runs", "[]"]
