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
    """The process ended, and we did not end it.

    Attributes:
        exitcode: Its exit code.
        pid: Its process id.
        from_outside: It was killed by a signal that a program does not send itself.
    """

    def __init__(self, exitcode: int | None, pid: int | None, fault: str = "") -> None:
        """Store how it ended, and why it was killed, if known."""
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
        call: The call to run.
        context: First argument of its function, held by the process.
        affinity: Processes that have run a task with this key are preferred.
        future: Receives the report, or the reason why there is none.
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
        """Whether it has ended or was cancelled."""
        return self.future.done()

    @property
    def deadline(self) -> float | None:
        """``time.monotonic()`` at which its time limit ends; ``None`` is no limit."""
        limits, ends = self.call.limits, []
        if limits.seconds_left is not None:
            ends.append(self.submitted + limits.seconds_left)
        if limits.seconds is not None and self.began is not None:
            ends.append(self.began + limits.seconds)
        return min(ends, default=None)

    def cancel(self) -> None:
        """Cancel it, and wake everyone who waits for it."""
        if not self.done and self.future.cancel():
            self.future.set_running_or_notify_cancel()

    def resolve(self, result: Report | Exception) -> None:
        """Set its result, unless it was cancelled meanwhile."""
        if self.done:
            return
        if isinstance(result, Exception):
            self.future.set_exception(result)
        else:
            self.future.set_result(result)
