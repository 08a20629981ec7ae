"""Results by key: whole or not at all, for whoever reads them."""

from __future__ import annotations

import os
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

import pytest

from automl_flow.core.errors import ArtifactError, StorageError
from automl_flow.execution.store import FolderStore
from tests.full_disk import largest_file


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "results")


def test_what_is_put_is_there_and_replaces_what_was(store: FolderStore) -> None:
    assert not store.exists("oof/1.npy")
    store.put("oof/1.npy", b"old")
    store.put("oof/1.npy", b"new")
    assert store.exists("oof/1.npy")
    assert store.get("oof/1.npy") == b"new"


def test_a_copy_in_another_process_finds_the_same(store: FolderStore) -> None:
    ForkingPickler.loads(ForkingPickler.dumps(store.below("parts"))).put("0/a", b"x")
    assert store.get("parts/0/a") == b"x"


def test_a_stream_that_breaks_off_leaves_what_was(store: FolderStore) -> None:
    store.put("model", b"whole")
    with pytest.raises(ZeroDivisionError), store.writing("model") as sink:
        sink.write(b"ha")
        raise ZeroDivisionError
    assert store.get("model") == b"whole"
    assert [path.name for path in store.folder.iterdir()] == ["model"]


def test_a_full_disk_is_an_error_that_names_the_file(store: FolderStore) -> None:
    with largest_file(4096), pytest.raises(StorageError, match="results/model: cannot be written"):
        store.put("model", bytes(10_000))
    assert not store.exists("model")


def test_appended_lines_follow_each_other(store: FolderStore) -> None:
    store.append("epochs.txt", b"1\n")
    store.append("epochs.txt", b"2\n")
    assert store.get("epochs.txt") == b"1\n2\n"


def test_deleting_takes_along_what_is_below(store: FolderStore) -> None:
    for key in ("parts/1/a", "parts/1/b", "parts/12/a", "parts/2"):
        store.put(key, b"x")
    store.delete("parts/1")
    store.delete("parts/2")
    store.delete("parts/3")
    assert not any(store.exists(key) for key in ("parts/1/a", "parts/1/b", "parts/2"))
    assert store.exists("parts/12/a")


def test_nothing_a_link_or_a_pipe_is_an_error_that_names_it(store: FolderStore) -> None:
    store.put("real", b"x")
    (store.folder / "link").symlink_to(store.folder / "real")
    os.mkfifo(store.folder / "pipe")
    for key in ("absent", "link", "pipe"):
        with pytest.raises(ArtifactError, match=f"results/{key}: "):
            store.get(key)
