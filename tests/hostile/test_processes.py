"""Processes that die, hang or are killed: a job ends in time, the next one runs, other processes stay untouched."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from automl_flow.execution import pool
from automl_flow.execution.backends.local import LocalRunner
from automl_flow.execution.outcome import Limits
from automl_flow.execution.runner import RunnerSettings
from automl_flow.execution.task import Task
from automl_flow.execution.worker import JobCall
from tests.execution import jobs
from tests.hostile import crimes

FORKED = ("colorsys",)  # modules of a fork server
PATIENT = 60.0  # seconds in which everything here must have ended, on any machine
_ROOT = Path(__file__).parents[2]
_PATH = f"{_ROOT}{os.pathsep}{_ROOT / 'src'}"  # of other processes


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch):
    """Look at processes often, so that tests do not take long."""
    monkeypatch.setattr(pool, "_CHECK_SECONDS", 0.05)


@pytest.fixture(params=[(), FORKED], ids=["alone", "forked"])
def runner(request):
    with LocalRunner(RunnerSettings(n_jobs=2, preload=request.param), 10) as runner:
        yield runner


def ended(runner, handle):
    runner.wait_any([handle], PATIENT)
    assert handle.done, "the job never ends"
    return handle.outcome()


def run(runner, function, job=0, **limits):
    return ended(runner, runner.submit(function, job, Limits(**limits)))


def is_fork_server(process):
    with suppress(psutil.NoSuchProcess):  # a zombie has no command
        return process.ppid() == os.getpid() and "forkserver" in " ".join(process.cmdline())
    return False


def fork_servers():
    """The fork server of this process, if there is one."""
    return [child for child in psutil.Process().children() if is_fork_server(child)]


@pytest.mark.parametrize(
    ("crime", "limits", "cause", "message"),
    [
        (crimes.kill_itself, {}, "implementation", "exit code -9: killed from outside"),
        (crimes.stop_itself, {}, "implementation", "it was stopped by a signal and not resumed"),
        (crimes.begin_a_message, {"seconds": 0.5}, "timeout", "over the time limit"),
        (crimes.send_what_is_no_message, {}, "implementation", "exit code -9"),
        (crimes.send_what_has_no_end, {}, "implementation", "exit code -9"),
        (crimes.close_everything, {"seconds": 0.5}, "timeout", "over the time limit"),
        (crimes.die_and_leave_a_child, {}, "implementation", "exit code 5"),
        (crimes.return_what_cannot_be_read, {}, "implementation", "the result cannot be read: OSError: a result"),
    ],
)
def test_a_job_that_ruins_its_process_ends_and_the_next_one_runs(runner, crime, limits, cause, message):
    outcome = run(runner, crime, **limits)
    assert (outcome.cause, message in outcome.message) == (cause, True), outcome.message
    assert run(runner, jobs.add, 1).value == 11


@pytest.mark.parametrize(
    ("context", "message"),
    [(crimes.Unsendable(), "OSError: a context"), (crimes.Deadly(), "exit code 7")],
    ids=["cannot be sent", "ends the process"],
)
def test_a_context_that_cannot_be_held_fails_its_jobs_alone(runner, context, message):
    runner.broadcast(context)
    assert message in run(runner, jobs.answer).message
    runner.broadcast(10)
    assert run(runner, jobs.add, 1).value == 11


def test_a_job_whose_process_is_killed_from_outside_runs_again(runner, tmp_path):
    handle = runner.submit(jobs.stay, (str(tmp_path / "notes"), 0.5), Limits())
    until((tmp_path / "notes").exists)
    for child in psutil.Process().children(recursive=True):
        if not is_fork_server(child):
            child.kill()
    assert ended(runner, handle).value[1] == 2


def until(condition):
    for _ in range(600):
        if found := condition():
            return found
        time.sleep(0.05)
    return pytest.fail("it never happened")


def test_a_job_whose_process_is_stopped_for_long_runs_again(runner, tmp_path):
    assert run(runner, crimes.stop_itself_at_first, tmp_path / "stopped").value == "went on"


def test_a_large_context_for_a_process_that_is_stopped_keeps_nobody_waiting(runner, monkeypatch):
    monkeypatch.setattr(pool, "_CHECK_SECONDS", PATIENT)
    pid = run(runner, jobs.sleep, 0).value
    os.kill(pid, signal.SIGSTOP)
    runner.broadcast(bytes(1 << 24))
    late = runner.submit(crimes.length, 0, Limits(seconds_left=0.5))
    assert ended(runner, late).cause == "timeout"
    assert run(runner, crimes.length, 0).value == 1 << 24


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
@pytest.mark.parametrize("when", ["as it starts", "as workers start", "in the middle", "between jobs"])
def test_jobs_go_on_when_the_fork_server_is_gone(number, when, tmp_path):
    with LocalRunner(RunnerSettings(n_jobs=2, preload=FORKED), 10) as runner:
        if when == "as it starts":
            end_fork_server()
        else:
            run(runner, jobs.add, 1)
        if when == "as workers start":
            runner.release()
        handle = None if when == "between jobs" else runner.submit(jobs.stay, (str(tmp_path / "a"), 0.3), Limits())
        if when == "in the middle":
            until((tmp_path / "a").exists)
        until(fork_servers)[0].send_signal(number)
        if handle is not None:
            assert ended(runner, handle).ok
        assert run(runner, jobs.add, 1).value == 11


def end_fork_server():
    for server in fork_servers():
        server.kill()
    until(lambda: not fork_servers())


def test_a_process_that_cannot_be_started_fails_the_job_with_the_cause(runner, monkeypatch):
    def refuse():
        raise OSError("no more processes")

    monkeypatch.setattr(runner._pool, "_start", refuse)
    assert "no more processes" in run(runner, jobs.add, 1).message


@pytest.mark.parametrize("method", ["_on_report", "_assign", "_end_late", "_check_workers"])
def test_every_job_has_an_end_when_the_pool_breaks(runner, monkeypatch, method):
    first = runner.submit(jobs.sleep, 0.3, Limits())

    def fail(*_):
        raise ZeroDivisionError("unforeseen")

    monkeypatch.setattr(runner._pool, method, fail)
    others = [runner.submit(jobs.sleep, 0, Limits()) for _ in range(3)]
    for handle in (first, *others, runner.submit(jobs.sleep, 0, Limits())):
        assert "unforeseen" in ended(runner, handle).message


def test_a_job_that_is_submitted_when_all_is_over_has_ended():
    with LocalRunner(context=10) as runner:
        pass
    assert ended(runner, runner.submit(jobs.add, 1, Limits())).message == "cancelled"


def test_to_cancel_twice_is_to_cancel_once():
    task = Task(JobCall(jobs.add, 1, Limits()), None)
    task.cancel()
    task.cancel()
    assert task.future.cancelled()


def test_starting_workers_changes_no_environment_that_others_would_inherit(runner, monkeypatch):
    def refuse(name, _):
        assert name.startswith(b"PYTEST"), "the environment of the user's process was changed"

    monkeypatch.setattr(os, "putenv", refuse)
    end_fork_server()
    assert run(runner, jobs.add, 1).ok


def test_an_import_in_an_environment_of_any_kind_ends_and_removes_nothing(tmp_path):
    (tmp_path / "folder").mkdir()
    variables = {**os.environ, "PYTHONPATH": _PATH, "AUTOML_FLOW_SCRATCH": f"1:{tmp_path}/folder"}
    modules = ("watchdog", "worker", "forkserver", "processes", "tempdir")
    code = (
        f"from automl_flow.execution import {', '.join(modules)}\n"
        "from automl_flow.execution.backends import local\n"
        "print('continues')"
    )
    done = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, check=True)
    assert done.stdout == b"continues\n"
    assert (tmp_path / "folder").is_dir()


_FORKING = """
import os, sys
from automl_flow.execution.backends.local import LocalRunner
from automl_flow.execution.outcome import Limits
from automl_flow.execution.runner import RunnerSettings
from automl_flow.execution.tempdir import process_tempdir, temporary_folder
from tests.execution import jobs

def run(runner):
    return runner.submit(jobs.add, 1, Limits()).outcome().value

with temporary_folder("state-") as state, LocalRunner(RunnerSettings(preload=sys.argv[2:]), 10) as runner:
    assert run(runner) == 11
    child = os.fork()
    if child == 0:
        if sys.argv[1] == "works":
            with LocalRunner(RunnerSettings(preload=sys.argv[2:]), 20) as own:
                assert run(own) == 21
            assert process_tempdir() != state.parent
        sys.exit()
    assert os.waitpid(child, 0)[1] == 0
    assert state.is_dir() and len(os.listdir(state.parent)) == 3, os.listdir(state.parent)
    assert run(runner) == 11
with LocalRunner(RunnerSettings(preload=sys.argv[2:]), 30) as runner:
    assert run(runner) == 31
"""


@pytest.mark.parametrize("preload", [(), FORKED], ids=["alone", "forked"])
@pytest.mark.parametrize("child", ["exits", "works"])
def test_a_forked_child_leaves_folders_and_workers_to_its_parent(tmp_path, child, preload):
    variables = {**os.environ, "PYTHONPATH": _PATH, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", _FORKING, child, *preload]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=PATIENT, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_in_the_folder_for_temporary_files_keeps_nobody_waiting(tmp_path):
    for name in ("automl-x.tmp", "automl_flow-12345678.tmp"):
        os.mkfifo(tmp_path / name)
    variables = {**os.environ, "PYTHONPATH": _PATH, "TMPDIR": str(tmp_path)}
    code = "from automl_flow.execution.tempdir import process_tempdir; process_tempdir()"
    subprocess.run([sys.executable, "-c", code], env=variables, timeout=PATIENT, check=True)


def test_threads_of_the_user_may_use_runners_at_the_same_time():
    values = []

    def work(context):
        with LocalRunner(RunnerSettings(preload=FORKED), context) as runner:
            values.append(run(runner, jobs.add, 1).value)

    threads = [threading.Thread(target=work, args=(context,)) for context in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(values) == [2, 3, 4]
