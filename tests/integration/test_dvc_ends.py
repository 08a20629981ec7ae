"""``dvc repro`` that is ended in the middle of a search: nothing goes on, nothing is recorded, nothing is lost."""

import os
import shutil
import signal
import subprocess
import time

import psutil
import pytest

from tests.integration.project import BIN, edit, environment, succeed

pytestmark = pytest.mark.timeout(1800)  # the first test waits for the run that all share
TASK = "penguins"
STAGE = f"{TASK}-model_search"
JOURNAL = f".automl_flow/state/{TASK}/model_search/trials.jsonl"
TRIALS = f"data/07_model_output/{TASK}/trials.json"


@pytest.fixture
def project(reproduced, tmp_path):
    """A project whose model search is not up to date, and takes long enough to be ended."""
    project = tmp_path / "p"
    shutil.copytree(reproduced, project, ignore=shutil.ignore_patterns("tmp", ".automl_flow"))
    settings = {"max_trials": 8, "families": ["random_forest"]}
    edit(project, f"conf/base/parameters/{TASK}.yml", lambda task: task[TASK]["model_search"].update(settings))
    return project


def lines(project):
    journal = project / JOURNAL
    return journal.read_bytes().splitlines() if journal.exists() else []


@pytest.fixture
def reproducing(project):
    """DVC with a search that has some finished trials, started like from a terminal: in a group of its own."""
    command = [str(BIN / "dvc"), "repro", STAGE]
    options = {"cwd": project, "env": environment(project), "text": True, "start_new_session": True}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options) as process:
        while len(lines(project)) <= 2:
            assert process.poll() is None, process.stdout.read()
            time.sleep(0.05)
        family = psutil.Process(process.pid).children(recursive=True)
        yield process
        process.kill()
    assert psutil.wait_procs(family, timeout=20)[1] == []  # whatever the test did, nothing goes on


@pytest.mark.parametrize(
    ("end", "number", "code"),
    [
        (os.killpg, signal.SIGINT, 255),
        (os.kill, signal.SIGKILL, -signal.SIGKILL),
    ],
    ids=["Ctrl-C", "SIGKILL"],
)
def test_nothing_is_recorded_and_the_same_command_goes_on(end, number, code, reproducing, project):
    lock, done = (project / "dvc.lock").read_bytes(), lines(project)
    family = psutil.Process(reproducing.pid).children(recursive=True)
    end(reproducing.pid, number)
    assert psutil.wait_procs(family, timeout=20)[1] == []
    assert reproducing.wait(20) == code
    assert (project / "dvc.lock").read_bytes() == lock
    assert not (project / TRIALS).exists()
    assert lines(project)[: len(done)] == done
    kept = lines(project)
    output = succeed(project, "dvc", "repro", STAGE)
    assert f"Running stage '{STAGE}'" in output
    assert lines(project)[: len(kept)] == kept
    assert (project / "dvc.lock").read_bytes() != lock
