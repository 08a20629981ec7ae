import fcntl
import shutil
from contextlib import contextmanager

import pytest

from tests.integration.project import clone, leave_one_task, make_base_small, run, succeed

TASK = "penguins"


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory):
    """A folder that all workers of this test session share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if base.name.startswith("popen-") else base


@contextmanager
def one_at_a_time(place):
    """Let the other workers wait until one has made *place*."""
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def smoke(shared_folder):
    """A clone in which ``kedro run --env=smoke`` has run all tasks, once for all tests; do not change it."""
    project = shared_folder / "smoke_project"
    with one_at_a_time(project):
        if not project.exists():
            clone(project)
            done = run(project, "kedro", "run", "--env=smoke")
            (project / "output.txt").write_text(f"{done.stdout}{done.stderr}\nexit code {done.returncode}\n")
    output = (project / "output.txt").read_text()
    assert output.endswith("exit code 0\n"), output
    return project


@pytest.fixture(scope="session")
def reproduced(shared_folder):
    """A repository with one small task that DVC has reproduced, once for all tests; do not change it."""
    project = shared_folder / "reproduced_project"
    with one_at_a_time(project):
        if not project.exists():
            making = clone(shared_folder / "reproduced_making")
            leave_one_task(making, TASK)
            make_base_small(making)
            succeed(making, "git", "init", "-q", "-b", "main")
            succeed(making, "kedro", "dvc-sync")
            succeed(making, "dvc", "repro")
            succeed(making, "git", "add", "-A")
            succeed(making, "git", "commit", "-qm", "all")
            making.rename(project)
    return project


@pytest.fixture(scope="module")
def tracked(reproduced, tmp_path_factory):
    """A copy of it for one module; tests leave it as they found it."""
    copy = tmp_path_factory.mktemp("dvc") / "project"
    shutil.copytree(reproduced, copy, ignore=shutil.ignore_patterns("tmp"))
    return copy


@pytest.fixture
def changing(tracked):
    """The same, put back to what was committed when the test has ended."""
    yield tracked
    succeed(tracked, "git", "checkout", "-q", "--force", "main")
    succeed(tracked, "git", "clean", "-qfd", "conf", "src")
    succeed(tracked, "dvc", "checkout", "-q", "--force")


@pytest.fixture
def project(tmp_path):
    """A fresh clone of one's own."""
    return clone(tmp_path / "project")
