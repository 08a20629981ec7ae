from __future__ import annotations

import json

import numpy as np
import pytest

from automl_flow.core.errors import ArtifactError, DataError, StorageError
from automl_flow.core.files import atomic_file, json_text, read_json, write_json, write_text
from automl_flow.core.folders import atomic_folder
from tests.full_disk import largest_file


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def nothing(folder):
    """What is not ours in a folder of these tests."""
    return []


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    write_text(tmp_path / "a.txt", "old")
    with pytest.raises(RuntimeError), atomic_file(tmp_path / "a.txt") as temporary:
        temporary.write_text("ne")
        raise RuntimeError("plug pulled")
    assert (tmp_path / "a.txt").read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_a_folder_is_swapped_whole(tmp_path):
    for content in ("one", "two"):
        with atomic_folder(tmp_path / "model", nothing) as temporary:
            (temporary / content).write_text(content)
    assert names(tmp_path) == ["model"]
    assert names(tmp_path / "model") == ["two"]


def test_a_failed_folder_leaves_the_old_one(tmp_path):
    with atomic_folder(tmp_path / "model", nothing) as temporary:
        (temporary / "a").write_text("old")
    with pytest.raises(RuntimeError), atomic_folder(tmp_path / "model", nothing) as temporary:
        raise RuntimeError("plug pulled")
    assert names(tmp_path) == ["model"]
    assert names(tmp_path / "model") == ["a"]


def test_a_full_disk_leaves_the_old_file_and_is_told_with_the_file_and_the_way_out(tmp_path):
    write_text(tmp_path / "a.txt", "old")
    with (
        largest_file(10),
        pytest.raises(StorageError, match=r"a\.txt: cannot be written: File too large; .* run again"),
    ):
        write_text(tmp_path / "a.txt", "new" * 10)
    assert (tmp_path / "a.txt").read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_a_full_disk_leaves_the_old_folder(tmp_path):
    def write():
        with atomic_folder(tmp_path / "model", nothing) as folder:
            (folder / "a").write_text("new" * 10)

    write()
    with largest_file(10), pytest.raises(StorageError, match="model: cannot be written"):
        write()
    assert names(tmp_path) == ["model"]
    assert (tmp_path / "model/a").read_text() == "new" * 10


def test_equal_documents_are_equal_bytes():
    assert json_text({"b": 1, "a": (1, 2)}) == json_text({"a": [1, 2], "b": 1})


def test_what_json_cannot_hold_is_made_plain(tmp_path):
    write_json(tmp_path / "a.json", {"x": np.float32(0.5), "y": np.arange(2), "z": float("nan"), 1: np.bool_(True)})
    assert json.loads((tmp_path / "a.json").read_text()) == {"1": True, "x": 0.5, "y": [0, 1], "z": None}


def test_reading_a_missing_or_damaged_document_says_so(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read_json(tmp_path / "absent.json")
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(ArtifactError, match="not a JSON document"):
        read_json(tmp_path / "bad.json")
