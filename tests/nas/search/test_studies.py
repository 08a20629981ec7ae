"""Epochs of a job in another process, as its search shows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from automl_flow.core.progress import SilentProgress
from automl_flow.execution.store import FolderStore
from automl_flow.nas.search.studies import EpochFollower, EpochProgress, say_epoch


class Remembered(SilentProgress):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.started: list[tuple[str, int | None]] = []
        self.messages: list[str] = []

    def start(self, label: str, total: int | None = None) -> None:
        self.started.append((label, total))

    def advance(self, message: str = "") -> None:
        self.messages.append(message)


@pytest.fixture
def progress() -> Remembered:
    return Remembered()


def test_epochs_are_reported_as_they_come(tmp_path: Path, progress: Remembered) -> None:
    follower = EpochFollower(FolderStore(tmp_path), progress)
    follower.report()
    say_epoch(FolderStore(tmp_path), "epoch 1")
    follower.report()
    assert progress.messages == ["epoch 1"]
    say_epoch(FolderStore(tmp_path), "epoch 2")
    follower.report()
    follower.report()
    assert progress.messages == ["epoch 1", "epoch 2"]


def test_half_a_line_waits_for_its_other_half(tmp_path: Path, progress: Remembered) -> None:
    follower = EpochFollower(FolderStore(tmp_path), progress)
    for text in ("epo", "ch 1\n"):
        with (tmp_path / "epochs.txt").open("a") as sink:
            sink.write(text)
        seen = list(progress.messages)
        follower.report()
    assert (seen, progress.messages) == ([], ["epoch 1"])


def test_epochs_of_a_search_that_was_killed_are_not_those_of_the_next(tmp_path: Path, progress: Remembered) -> None:
    say_epoch(FolderStore(tmp_path), "epoch 7")
    EpochFollower(FolderStore(tmp_path), progress).report()
    assert progress.messages == []


def test_a_job_continues_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    say_epoch(FolderStore(tmp_path / "taken"), "epoch 1")
    assert (tmp_path / "taken").read_bytes() == b""


def test_epochs_and_the_end_are_what_is_counted(progress: Remembered) -> None:
    EpochProgress(progress, 8).start("supernet", 1)
    assert progress.started == [("supernet", 9)]
