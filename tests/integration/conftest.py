import fcntl

import pytest

from tests.integration.project import clone, run


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory):
    """A folder that all workers of this test session share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if base.name.startswith("popen-") else base


@pytest.fixture(scope="session")
def smoke(shared_folder):
    """A clone in which ``kedro run --env=smoke`` has run all tasks, once for all tests; do not change it."""
    project = shared_folder / "smoke_project"
    with (shared_folder / "smoke.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not project.exists():
            clone(project)
            done = run(project, "kedro", "run", "--env=smoke")
            (project / "output.txt").write_text(f"{done.stdout}{done.stderr}\nexit code {done.returncode}\n")
    output = (project / "output.txt").read_text()
    assert output.endswith("exit code 0\n"), output
    return project


@pytest.fixture
def project(tmp_path):
    """A fresh clone of one's own."""
    return clone(tmp_path / "project")
