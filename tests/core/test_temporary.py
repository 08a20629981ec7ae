"""What a killed process leaves is swept by the next one; what a living one uses is not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from automl_flow.core.temporary import sweep, temporary


def names(folder):
    return sorted(path.name for path in folder.iterdir())


_HOLD = """
import sys
from pathlib import Path
from automl_flow.core.temporary import temporary
with temporary(Path(sys.argv[1]), "model.", folder=sys.argv[2] == "folder") as path:
    print(path, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(params=["file", "folder"])
def holder(request, tmp_path):
    """Another process with something temporary in the test's folder."""
    command = [sys.executable, "-c", _HOLD, tmp_path, request.param]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        yield process
        process.kill()


def test_what_a_killed_process_left_is_swept_by_the_next(holder, tmp_path):
    holder.kill()
    holder.wait()
    assert len(names(tmp_path)) == 1
    with temporary(tmp_path, "model.") as own:
        assert names(tmp_path) == [own.name]


def test_what_a_living_process_uses_is_left_alone(holder, tmp_path):
    sweep(tmp_path, "model.")
    assert len(names(tmp_path)) == 1


def test_two_at_once_do_not_sweep_each_other(tmp_path):
    with temporary(tmp_path, "a.") as first, temporary(tmp_path, "a.") as second:
        assert names(tmp_path) == sorted([first.name, second.name])


def test_other_files_are_not_swept(tmp_path):
    for name in ("model.json", "model.x.tmp.json", "other.x.tmp"):
        (tmp_path / name).touch()
    sweep(tmp_path, "model.")
    assert len(names(tmp_path)) == 3
