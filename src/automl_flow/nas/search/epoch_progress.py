"""Epochs of a long job, from its worker to the progress of the search: a line each in a file beside the journal.

The lines are for the eye alone. No result is read from them, so a search that was killed resumes without them, and one
whose lines cannot be written goes on in silence.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from automl_flow.core.progress import Progress
from automl_flow.execution.local import Handle, Runner
from automl_flow.execution.outcome import Limits
from automl_flow.execution.worker import Function

_FILE = "epochs.txt"
_POLL_SECONDS = 0.5


def say_epoch(folder: Path, line: str) -> None:
    """Tell the process that follows *folder* of one more epoch; called in the worker."""
    with contextlib.suppress(OSError), (folder / _FILE).open("a") as sink:  # a full disk is the journal's to report
        sink.write(line + "\n")


class EpochProgress:
    """Counts the epochs of a study's only trial, and its end as one more step, where the study counts trials."""

    def __init__(self, inner: Progress, epochs: int) -> None:
        """Report to *inner*, of so many epochs at most."""
        self.inner, self.epochs = inner, epochs

    def start(self, label: str, total: int | None = None) -> None:  # noqa: ARG002 - of trials, and there is one
        """Begin with the first epoch."""
        self.inner.start(label, self.epochs + 1)

    def advance(self, message: str = "") -> None:
        """An epoch, or the trial, is done."""
        self.inner.advance(message)

    def note(self, message: str) -> None:
        """Say something that stays visible."""
        self.inner.note(message)

    def finish(self) -> None:
        """The trial has ended."""
        self.inner.finish()


class FollowingRunner:
    """A runner that, while it waits for a job, reports the epochs which the job tells of.

    Attributes:
        n_jobs: Jobs that run at the same time.
    """

    def __init__(self, inner: Runner, folder: Path, progress: Progress) -> None:
        """Follow what :func:`say_epoch` writes into *folder*; what an earlier search left there is removed."""
        self.inner, self.progress = inner, progress
        self.n_jobs = inner.n_jobs
        self._file = folder / _FILE
        self._file.unlink(missing_ok=True)
        self._read = 0

    def submit(self, function: Function, job: Any, limits: Limits) -> Handle:
        """Start the job."""
        return self.inner.submit(function, job, limits)

    def wait_any(self, handles: Iterable[Handle], timeout: float | None) -> None:
        """Return when one of *handles* is done or *timeout* seconds are over; report epochs in the meantime."""
        waited = list(handles)
        end = math.inf if timeout is None else time.monotonic() + timeout
        while True:
            self.inner.wait_any(waited, min(_POLL_SECONDS, max(0.0, end - time.monotonic())))
            self._report()
            if any(handle.done for handle in waited) or time.monotonic() >= end:
                return

    def cancel(self, handle: Handle) -> None:
        """Kill the job."""
        self.inner.cancel(handle)

    def _report(self) -> None:
        """Report the lines that are new and whole."""
        try:
            with self._file.open("rb") as source:
                source.seek(self._read)
                content = source.read()
        except OSError:  # no epoch has ended yet
            return
        whole = content[: content.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.decode(errors="replace").splitlines():
            self.progress.advance(line)
