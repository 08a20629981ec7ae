"""A journal survives what happens to files: torn and damaged lines, and disks that are full."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from automl_flow.core.errors import StorageError
from automl_flow.core.temporary import claim
from automl_flow.study.journal import Journal
from tests.full_disk import largest_file


@pytest.fixture
def path(tmp_path):
    """The file of a journal with the trials 0, 1 and 2."""
    with Journal(tmp_path, key="k").open() as journal:
        for number in range(3):
            journal.append({"number": number, "text": "x" * 50})
    return tmp_path / "trials.jsonl"


def numbers(path):
    with Journal(path.parent, key="k").open() as journal:
        return sorted(journal.entries)


@pytest.mark.parametrize(
    "damage", [b"{", b"", b"\x00\xff\xfe", b"null", b"[1]", b'{"number": "x"}', b'{"other": 1}'], ids=repr
)
def test_a_damaged_line_costs_its_trial_alone(path, damage):
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([lines[0], lines[1], damage, lines[3], b""]))
    assert numbers(path) == [0, 2]


def test_a_torn_line_is_cut_off(path):
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"number": 3, "te')
    assert numbers(path) == [0, 1, 2]
    assert path.read_bytes() == whole


def test_what_a_process_left_that_was_killed_as_it_began_the_journal_is_removed(path):
    left, lock = claim(path.parent)
    os.close(lock)
    assert numbers(path) == [0, 1, 2]
    assert not left.exists()


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\x00" * 100])
def test_a_journal_that_lost_its_head_is_begun_anew(path, content):
    path.write_bytes(content)
    assert numbers(path) == []
    with Journal(path.parent, key="k").open() as journal:
        journal.append({"number": 0})
    assert numbers(path) == [0]


def test_a_full_disk_leaves_whole_lines_and_names_the_file_and_the_way_out(path):
    before = path.read_bytes()
    with Journal(path.parent, key="k").open() as journal:
        with (
            largest_file(len(before) + 20),
            pytest.raises(StorageError, match=r"trials\.jsonl: cannot be written"),
        ):
            journal.append({"number": 3, "text": "x" * 50})
        assert path.read_bytes() == before
        assert 3 not in journal.entries
        journal.append({"number": 3})
    assert numbers(path) == [0, 1, 2, 3]


def test_a_folder_that_cannot_be_written_to_is_named_with_the_way_out():
    with (
        pytest.raises(StorageError, match=r"/sys/kernel/search: cannot be written: .*; .* run again"),
        Journal(Path("/sys/kernel/search"), key="k").open(),
    ):
        pass
