"""Epochs of a long job, from its worker to the progress of the search: a line each in a file beside the journal.

The lines are for the eye alone. No result is read from them, so a search that was killed resumes without them, and one
whose lines cannot be written goes on in silence.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from automl_flow.core.progress import Progress

_FILE = "epochs.txt"


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


class EpochFollower:
    """Reports the epochs that a running job tells of."""

    def __init__(self, folder: Path, progress: Progress) -> None:
        """Follow what :func:`say_epoch` writes into *folder*; what an earlier search left there is removed."""
        self.progress = progress
        self._file = folder / _FILE
        self._file.unlink(missing_ok=True)
        self._read = 0

    def report(self) -> None:
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
