"""Temporary folders: leftovers of killed processes are swept; those in use, or not ours, are left alone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from automl_flow.core.temporary import claim, sweep, temporary


def names(folder):
    return sorted(path.name for path in folder.iterdir())


_HOLD = """
import sys
from pathlib import Path
from automl_flow.core.temporary import temporary
with temporary(Path(sys.argv[1])) as place:
    (place / "folder").mkdir()
    (place / "folder" / "file").touch()
    print(place, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process with something temporary in the test's folder."""
    command = [sys.executable, "-c", _HOLD, tmp_path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        yield process
        process.kill()


def test_what_a_killed_process_left_is_swept_by_the_next(holder, tmp_path):
    holder.kill()
    holder.wait()
    assert len(names(tmp_path)) == 1
    with temporary(tmp_path) as own:
        assert names(tmp_path) == [own.name]


def test_what_a_living_process_uses_is_left_alone(holder, tmp_path):
    sweep(tmp_path)
    assert len(names(tmp_path)) == 1


def test_two_at_once_do_not_sweep_each_other(tmp_path):
    with temporary(tmp_path) as first, temporary(tmp_path) as second:
        assert names(tmp_path) == sorted([first.name, second.name])


def test_nothing_is_left_of_a_block_that_ended(tmp_path):
    with temporary(tmp_path) as place:
        (place / "a").touch()
    assert names(tmp_path) == []


def test_a_child_that_was_forked_in_the_block_leaves_the_folder_to_its_parent(tmp_path):
    done = subprocess.run([sys.executable, "-c", _FORK, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"]
    assert names(tmp_path) == []


_FORK = """
import os, sys
from pathlib import Path
from automl_flow.core.temporary import temporary
with temporary(Path(sys.argv[1])) as place:
    child = os.fork()
    if child == 0:
        sys.exit()
    os.waitpid(child, 0)
    print(place.exists())
"""


def folder_with(make_lock):
    def make(parent):
        folder = parent / "automl_flow-12345678.tmp"
        folder.mkdir()
        (folder / "thesis.txt").touch()
        make_lock(folder / "automl_flow.lock")

    return make


@pytest.mark.parametrize(
    "make",
    [
        lambda parent: os.mkfifo(parent / "automl_flow-12345678.tmp"),
        lambda parent: (parent / "automl_flow-12345678.tmp").touch(),
        lambda parent: (parent / "automl_flow-12345678.tmp").symlink_to(parent.parent),
        folder_with(lambda lock: None),
        folder_with(os.mkfifo),
        folder_with(lambda lock: lock.mkdir()),
        folder_with(lambda lock: lock.symlink_to("thesis.txt")),
        folder_with(lambda lock: lock.write_text("mine")),
    ],
    ids=["pipe", "file", "link", "no lock", "pipe as lock", "folder as lock", "link as lock", "lock with content"],
)
def test_what_only_has_such_a_name_is_left_alone_and_keeps_nobody_waiting(tmp_path, make):
    make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    sweep(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_what_has_our_lock_under_another_name_is_left_alone(tmp_path):
    place, lock = claim(tmp_path)
    os.close(lock)
    place.rename(tmp_path / "results")
    sweep(tmp_path)
    assert names(tmp_path) == ["results"]
