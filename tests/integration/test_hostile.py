"""Interrupted runs: each ends in a defined way, and the same command resumes to the same result."""

import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time

import psutil
import pytest

from automl_flow.cli.signals import FIRST
from automl_flow.study.journal import Journal
from tests.integration.project import BIN, edit, environment, files_below, run

pytestmark = pytest.mark.timeout(1800)  # the first test waits for the run that all share
TASK = "penguins"
ONCE = f"{FIRST}\n"
COMMAND = ("kedro", "run", "--env=smoke", f"--namespaces={TASK}", "--tags=model_search")
STATE = f".automl_flow/smoke/{TASK}/model_search"


@pytest.fixture
def project(smoke, tmp_path):
    """A project in which one stage is to run, model search; what it needs is there."""
    project = tmp_path / "p"
    shutil.copytree(smoke, project, ignore=shutil.ignore_patterns(".automl_flow", "0[78]_*", "06_*"))
    return project


def outputs(project):
    """Bytes of all that the stage makes."""
    data = project / "data/smoke"
    made = {"oof.npz", "trials.json", "candidates.json"}
    names = [name for name in files_below(data) if f"/{TASK}/" in name]
    return {n: (data / n).read_bytes() for n in names if n.rpartition("/")[2] in made or "/ensemble/" in n}


def long_search(project):
    """Let the search take long enough to be interrupted."""
    settings = {"max_trials": 60, "families": ["random_forest"]}
    edit(project, f"conf/smoke/parameters/{TASK}.yml", lambda task: task[TASK]["model_search"].update(settings))


@pytest.fixture
def searching(project):
    """A long search with some finished trials, started like from a terminal: in a process group of its own."""
    long_search(project)
    command = [str(BIN / COMMAND[0]), *COMMAND[1:]]
    options = {"cwd": project, "env": environment(project), "text": True, "start_new_session": True}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options) as process:
        wait_for_trials(project, process, 3)
        family = psutil.Process(process.pid).children(recursive=True)
        yield process
        process.kill()
    assert psutil.wait_procs(family, timeout=20)[1] == []  # whatever the test did, nothing goes on


def wait_for_trials(project, process, count):
    journal = project / STATE / "trials.jsonl"
    while not journal.exists() or len(journal.read_bytes().splitlines()) <= count:
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.05)


def trials_in_journal(project):
    return len((project / STATE / "trials.jsonl").read_bytes().splitlines()) - 1


def test_ctrl_c_once_keeps_an_ensemble_of_what_is_done(searching, project):
    os.killpg(searching.pid, signal.SIGINT)
    output = searching.communicate(timeout=300)[0]
    assert searching.returncode == 130, output
    assert FIRST in output
    assert "Traceback" not in output
    made = outputs(project)
    assert "06_models/penguins/ensemble/manifest.json" in made
    assert 3 <= made["07_model_output/penguins/trials.json"].count(b'"state": "complete"') < 60


def test_ctrl_c_twice_ends_at_once_and_keeps_the_journal(searching, project):
    done = trials_in_journal(project)
    os.killpg(searching.pid, signal.SIGINT)
    output = "".join(iter(searching.stdout.readline, ONCE))
    os.killpg(searching.pid, signal.SIGINT)
    output += searching.communicate(timeout=60)[0]
    assert searching.returncode == -signal.SIGINT, output
    assert "run the same command to resume" in output
    assert "Traceback" not in output
    assert trials_in_journal(project) >= done


def test_ctrl_c_in_a_stage_that_dvc_runs_leaves_no_part_of_a_search_as_its_result(project):
    long_search(project)
    variables = {**environment(project), "DVC_STAGE": f"{TASK}-model_search"}
    command = [str(BIN / "kedro"), "run", "--env=base", *COMMAND[3:]]
    shutil.copytree(project / "data/smoke", project / "data", dirs_exist_ok=True)
    options = {"cwd": project, "env": variables, "stderr": subprocess.PIPE, "start_new_session": True}
    with subprocess.Popen(command, **options) as process:
        journal = project / ".automl_flow/state/penguins/model_search/trials.jsonl"
        while not journal.exists():
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(60) == -signal.SIGINT
        said = process.stderr.read()
        assert b"Traceback" not in said, said.decode()
    assert not (project / "data/07_model_output/penguins/trials.json").exists()


def test_sigterm_ends_at_once_and_keeps_the_journal(searching, project):
    done = trials_in_journal(project)
    searching.terminate()
    assert searching.wait(20) == -signal.SIGTERM
    assert trials_in_journal(project) >= done
    assert outputs(project) == {}


def test_a_constant_model_that_was_asked_for_has_an_exit_code_of_its_own(project):
    settings = ["max_trials=1", "per_run_time_limit=0.001", "if_nothing_finished=constant"]
    params = ",".join(f"{TASK}.model_search.{setting}" for setting in settings)
    done = run(project, *COMMAND, f"--params={params}")
    assert done.returncode == 3, done.stderr
    assert done.stderr.endswith(f"No trial finished, the model is a constant: {TASK}.\n")


def test_a_second_run_in_the_same_state_is_refused_with_the_holder(project):
    with Journal(project / STATE, key="another").open():
        refused = run(project, *COMMAND)
    assert refused.returncode == 1
    assert f"another search is running here (process {os.getpid()}); wait for it or stop it" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("kilobytes", "told"),
    [
        (0, r"no temporary folder can be written to \(No usable temporary directory found in \["),
        (2, r"\.skops: cannot be written: File too large; allow larger files"),
        (64, re.escape(tempfile.gettempdir()) + r"\S*: cannot be written: File too large; allow larger files"),
    ],
    ids=["temporary files", "preprocessors", "drafts of models"],
)
def test_a_full_disk_is_told_with_the_file_and_the_search_goes_on_when_there_is_space(kilobytes, told, project, smoke):
    def full():
        resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, kilobytes * 1024))

    command = [str(BIN / COMMAND[0]), *COMMAND[1:]]
    variables = {**environment(project), "PYTHONDONTWRITEBYTECODE": "1"}
    failed = subprocess.run(
        command, cwd=project, env=variables, preexec_fn=full, capture_output=True, text=True, check=False
    )
    assert failed.returncode == 1
    error = failed.stderr[failed.stderr.index("Error: ") :]
    assert re.search(told, error), error
    assert "Traceback" not in failed.stderr
    assert [name for name in files_below(project) if name.endswith(".tmp")] == []
    assert run(project, *COMMAND).returncode == 0
    assert outputs(project) == outputs(smoke)


def test_threads_change_no_result(project, smoke):
    assert run(project, *COMMAND, OMP_NUM_THREADS="2").returncode == 0
    assert outputs(project) == outputs(smoke)


def test_threads_change_no_network(project, smoke):
    command = (*COMMAND[:-1], "--tags=nas")
    assert run(project, *command, OMP_NUM_THREADS="2").returncode == 0
    for name in ("06_models/penguins/network/network.safetensors", "07_model_output/penguins/nas_trials.json"):
        assert (project / "data/smoke" / name).read_bytes() == (smoke / "data/smoke" / name).read_bytes()
