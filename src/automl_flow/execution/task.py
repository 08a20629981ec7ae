"""A job on its way through the pool of workers."""

from __future__ import annotations

import signal
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from automl_flow.execution.worker import JobCall, Report


class LateError(Exception):
    """The job was over its time limit."""


class DiedError(Exception):
    """The process ended, and it was not we who ended it.

    Attributes:
        exitcode: Its exit code.
        pid: Its number.
        from_outside: Somebody has killed it, in a way that no program kills itself.
    """

    def __init__(self, exitcode: int | None, pid: int | None, fault: str = "") -> None:
        """Keep how it ended, and why it was killed, if that is known."""
        self.exitcode, self.pid = exitcode, pid
        self.from_outside = exitcode is None or exitcode == -signal.SIGKILL
        if self.from_outside and not fault:
            fault = "killed from outside, as the kernel does when memory runs out"
        code = "" if exitcode is None else f" with exit code {exitcode}"
        super().__init__(f"process died{code}" + (f": {fault}" if fault else ""))


@dataclass(eq=False)
class Task:
    """A job from its submission to its end.

    Attributes:
        call: What is to be run.
        context: What its process is to hold for that.
        affinity: Processes that have run a task with this key are preferred.
        future: Gets the report, or why there is none.
        alone: No other job may run in its process.
        submitted: ``time.monotonic()`` of its submission.
        began: ``time.monotonic()`` at which it began to run; ``None`` while it waits.
    """

    call: JobCall
    context: Any
    affinity: str | None = None
    future: Future[Report] = field(default_factory=Future)
    alone: bool = False
    submitted: float = field(default_factory=time.monotonic)
    began: float | None = None

    @property
    def done(self) -> bool:
        """Whether it has ended, or was given up."""
        return self.future.done()

    @property
    def deadline(self) -> float | None:
        """``time.monotonic()`` at which it is over its time limit; ``None``: never."""
        limits, ends = self.call.limits, []
        if limits.seconds_left is not None:
            ends.append(self.submitted + limits.seconds_left)
        if limits.seconds is not None and self.began is not None:
            ends.append(self.began + limits.seconds)
        return min(ends, default=None)

    def cancel(self) -> None:
        """Give it up, and tell those who wait for it."""
        if not self.done and self.future.cancel():
            self.future.set_running_or_notify_cancel()

    def resolve(self, result: Report | Exception) -> None:
        """Say how it ended, unless it was given up meanwhile."""
        if self.done:
            return
        if isinstance(result, Exception):
            self.future.set_exception(result)
        else:
            self.future.set_result(result)
