"""Checks around a stage that DVC leaves out: damaged inputs, and sources that are edited while it runs."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import yaml

from automl_flow.core.errors import ArtifactError, DataError
from automl_flow.dvc_stages.hashing import content_hash
from automl_flow.dvc_stages.verify import require_made
from automl_flow.hooks.tracked import TrackedRun


@pytest.fixture
def project(tmp_path):
    """A stage that reads a source folder and what another stage made."""
    (tmp_path / "src/deep").mkdir(parents=True)
    (tmp_path / "src/deep/code.py").write_text("1\n")
    (tmp_path / "src/b.py").write_text("2\n")
    (tmp_path / "made.json").write_text("{}\n")
    (tmp_path / "dvc.yaml").write_text(yaml.safe_dump({"stages": {"a-nas": {"deps": ["src", "made.json"]}}}))
    outs = [{"path": "made.json", "md5": content_hash(tmp_path / "made.json")}]
    (tmp_path / "dvc.lock").write_text(yaml.safe_dump({"stages": {"a-validation": {"outs": outs}}}))
    return tmp_path


def test_a_stage_whose_files_stay_is_fine(project):
    TrackedRun(project, "a-nas").check_unchanged()


def test_a_source_that_is_edited_during_the_run_fails_the_stage(project):
    run = TrackedRun(project, "a-nas")
    (project / "src/deep/code.py").write_text("3\n")
    with pytest.raises(DataError, match="edited while the stage was running: src;"):
        run.check_unchanged()


def test_compiled_files_that_appear_during_the_run_do_not_count(project):
    run = TrackedRun(project, "a-nas")
    (project / "src/__pycache__").mkdir()
    (project / "src/__pycache__/b.pyc").write_bytes(b"x")
    run.check_unchanged()


def test_a_damaged_input_is_named_before_anything_runs(project):
    (project / "made.json").write_text("{]\n")
    with pytest.raises(
        ArtifactError, match=r"made\.json \(stage a-validation\); the file or its copy in DVC's cache is damaged"
    ):
        TrackedRun(project, "a-nas")


def test_what_no_stage_made_is_not_judged(project):
    require_made(project, {"src": "whatever"})


def test_hashes_are_those_of_dvc(tmp_path):
    (tmp_path / "folder/deep").mkdir(parents=True)
    for name in ("folder/deep/b.txt", "folder/deep.txt", "folder/a-b.txt", "single.txt"):
        (tmp_path / name).write_text(name)
    dvc = Path(sys.executable).with_name("dvc")
    subprocess.run([dvc, "init", "--quiet", "--no-scm"], cwd=tmp_path, check=True)
    subprocess.run([dvc, "add", "--quiet", "folder", "single.txt"], cwd=tmp_path, check=True)
    for name in ("folder", "single.txt"):
        (recorded,) = yaml.safe_load((tmp_path / f"{name}.dvc").read_text())["outs"]
        assert recorded["md5"] == content_hash(tmp_path / name)


_CHILD = """
import time
from automl_flow.hooks.tracked import end_with_parent
end_with_parent()
print("watching", flush=True)
time.sleep(60)
"""
_PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]])
print(child.pid, flush=True)
child.wait()
"""


def test_a_stage_ends_when_dvc_is_killed():
    command = [sys.executable, "-c", _PARENT, _CHILD]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        orphan = psutil.Process(int(parent.stdout.readline()))
        assert parent.stdout.readline() == "watching\n"
        parent.kill()
    assert psutil.wait_procs([orphan], timeout=20)[1] == []
