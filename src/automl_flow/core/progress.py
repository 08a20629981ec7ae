"""Progress reports: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import logging
import sys
import time
from typing import TYPE_CHECKING, Protocol

from automl_flow.core.errors import printable

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

logger = logging.getLogger("automl_flow")


class Progress(Protocol):
    """Receiver of progress reports."""

    def start(self, label: str, total: int | None = None) -> None:
        """Start a task of *total* steps (``None``: unknown)."""

    def advance(self, message: str = "") -> None:
        """Count one finished step; *message* is the latest news."""

    def note(self, message: str) -> None:
        """Print a message that stays visible."""

    def finish(self) -> None:
        """End the task, finished or not."""


class SilentProgress:
    """No reports."""

    def start(self, label: str, total: int | None = None) -> None:
        """Ignore."""

    def advance(self, message: str = "") -> None:
        """Ignore."""

    def note(self, message: str) -> None:
        """Ignore."""

    def finish(self) -> None:
        """Ignore."""


def say(line: str) -> None:
    """Log a line, or print it to standard error if logging is not configured, as in a notebook or a script.

    A level that is set for the logger ``automl_flow`` is respected: above INFO, nothing is printed.
    """
    if logger.isEnabledFor(logging.INFO) and logger.hasHandlers():
        logger.info("%s", printable(line))
    elif logger.level == logging.NOTSET:
        sys.stderr.write(f"{printable(line)}\n")


class LogProgress:
    """Plain lines: the first step, the last step, and at most one every *interval* seconds in between."""

    def __init__(self, interval: float = 5.0) -> None:
        """Set the interval.

        Args:
            interval: Seconds between two lines.
        """
        self.interval = interval
        self._label = ""
        self._total: int | None = None
        self._done = 0
        self._began = self._last = time.monotonic()

    def start(self, label: str, total: int | None = None) -> None:
        """Start a task."""
        self._label, self._total, self._done = label, total, 0
        self._began = self._last = time.monotonic()
        say(f"{label}{f': up to {total} steps' if total else ''}")

    def advance(self, message: str = "") -> None:
        """Count a step, and print a line when one is due."""
        self._done += 1
        now = time.monotonic()
        if now - self._last >= self.interval or self._done in (1, self._total):
            self._last = now
            of_total = f"/{self._total}" if self._total else ""
            say(f"{self._label}: {self._done}{of_total}, {now - self._began:.0f} s. {message}")

    def note(self, message: str) -> None:
        """Print *message*."""
        say(message)

    def finish(self) -> None:
        """Do nothing: no line is open."""


class LiveProgress:
    """A line at the bottom of a terminal that is redrawn in place."""

    def __init__(self) -> None:
        """Draw nothing before :meth:`start`."""
        self._bar: RichProgress | None = None

    def start(self, label: str, total: int | None = None) -> None:
        """Draw the line."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as RichProgress

        self.finish()
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[message]}", markup=False),
        )
        self._bar = RichProgress(*columns, console=Console(stderr=True), transient=True)
        self._bar.add_task(label, total=total, message="")
        self._bar.start()

    def advance(self, message: str = "") -> None:
        """Advance the line by one step."""
        if self._bar is not None and self._bar.tasks:
            self._bar.update(self._bar.tasks[0].id, advance=1, message=printable(message))

    def note(self, message: str) -> None:
        """Print *message* above the line."""
        say(message)

    def finish(self) -> None:
        """Remove the line."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def silent_progress() -> Progress:
    """Return progress that reports nothing."""
    return SilentProgress()


def console_progress() -> Progress:
    """Return a live line if standard error is a terminal, plain lines otherwise."""
    return LiveProgress() if sys.stderr.isatty() else LogProgress()
