"""Epochs of a job in another process, as its search shows them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from automl_flow.core.progress import SilentProgress
from automl_flow.execution.outcome import Outcome
from automl_flow.nas.search.epoch_progress import EpochProgress, FollowingRunner, say_epoch
from tests.nas.problems import Done, InlineRunner


class Remembered(SilentProgress):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.started: list[tuple[str, int | None]] = []
        self.messages: list[str] = []

    def start(self, label: str, total: int | None = None) -> None:
        self.started.append((label, total))

    def advance(self, message: str = "") -> None:
        self.messages.append(message)


class Waiting(InlineRunner):
    """Lets something happen at every look at the job, which is done after the last of them."""

    def __init__(self, *events: Callable[[], object]) -> None:
        super().__init__(None)
        self.job, self.events = Done(Outcome(None, None, "", 0.1, 1.0), done=False), list(events)

    def wait_any(self, handles: object, timeout: float | None) -> None:
        self.events.pop(0)()
        self.job.done = not self.events


@pytest.fixture
def progress() -> Remembered:
    return Remembered()


def follow(folder: Path, progress: Remembered, *events: Callable[[], object]) -> None:
    inner = Waiting(*events)
    FollowingRunner(inner, folder, progress).wait_any([inner.job], None)


def test_epochs_are_reported_while_the_job_runs(tmp_path: Path, progress: Remembered) -> None:
    seen: list[int] = []
    follow(
        tmp_path,
        progress,
        lambda: say_epoch(tmp_path, "epoch 1"),
        lambda: (seen.append(len(progress.messages)), say_epoch(tmp_path, "epoch 2")),
    )
    assert seen == [1]
    assert progress.messages == ["epoch 1", "epoch 2"]


def test_half_a_line_waits_for_its_other_half(tmp_path: Path, progress: Remembered) -> None:
    def write(text: str) -> None:
        with (tmp_path / "epochs.txt").open("a") as sink:
            sink.write(text)

    follow(tmp_path, progress, lambda: write("epo"), lambda: write("ch 1\n"))
    assert progress.messages == ["epoch 1"]


def test_epochs_of_a_search_that_was_killed_are_not_those_of_the_next(tmp_path: Path, progress: Remembered) -> None:
    say_epoch(tmp_path, "epoch 7")
    follow(tmp_path, progress, lambda: None)
    assert progress.messages == []


def test_a_job_goes_on_where_nothing_can_be_written(tmp_path: Path) -> None:
    say_epoch(tmp_path / "absent", "epoch 1")
    assert not (tmp_path / "absent").exists()


def test_the_wait_ends_with_its_time(tmp_path: Path, progress: Remembered) -> None:
    inner = Waiting(lambda: None, lambda: pytest.fail("waited on"))
    FollowingRunner(inner, tmp_path, progress).wait_any([inner.job], 0.0)


def test_epochs_and_the_end_are_what_is_counted(progress: Remembered) -> None:
    EpochProgress(progress, 8).start("supernet", 1)
    assert progress.started == [("supernet", 9)]
