"""A worker process as the pool sees it. What may take long is done by two threads, so that the pool never waits."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from os import dup
from typing import Any

from automl_flow.execution.processes import Process
from automl_flow.execution.task import Task
from automl_flow.execution.worker import Report

_END_SECONDS = 10.0  # to wait for the end of a process that was killed


class Member:
    """A process, what it has to do, and its channel.

    Attributes:
        process: The process.
        tasks: Tasks by number.
        ready: It has imported what it needs.
        killed: The pool has killed it, and it will be gone soon.
        fault: Why the pool gave it up, if it did.
        began: ``time.monotonic()`` of its start.
        looks: How many times in a row it was found stopped.
    """

    def __init__(
        self,
        process: Process,
        channel: Connection,
        *,
        heard: Callable[[Member, int | None, Report | None], None],
        unsent: Callable[[Member, int, Exception], None],
        gone: Callable[[Member], None],
    ) -> None:
        """Begin to listen.

        Args:
            process: The process.
            channel: The channel to it.
            heard: Told of what it says: that it is ready, that a job begins, or how it ended.
            unsent: Told of a task that cannot be sent.
            gone: Told of its end, last of all.
        """
        self.process = process
        self.tasks: dict[int, Task] = {}
        self._affinities: set[str | None] = {None}
        self.ready = self.killed = False
        self.fault = ""
        self.began, self.looks = time.monotonic(), 0
        self._channel = channel
        self._outbox: queue.SimpleQueue[tuple[int, Task] | None] = queue.SimpleQueue()
        self._heard, self._unsent, self._gone = heard, unsent, gone
        self._reader = threading.Thread(target=self._read, name="what a worker says", daemon=True)
        self._reader.start()
        threading.Thread(target=self._send, name="what a worker is told", daemon=True).start()

    def has_room(self, task: Task, slots: int) -> bool:
        """Whether it can take a task."""
        if self.killed or not self.ready or any(other.alone for other in self.tasks.values()):
            return False
        return len(self.tasks) < (1 if task.alone else slots)

    def suits(self, task: Task) -> bool:
        """Whether it has run a task with the same affinity, or the task has none."""
        return task.affinity in self._affinities

    def take(self, number: int, task: Task) -> None:
        """Send it a task."""
        self.tasks[number] = task
        self._affinities.add(task.affinity)
        self._outbox.put((number, task))

    def kill(self) -> None:
        """Kill it, whatever it does."""
        self.killed = True
        self.process.kill()
        self.hang_up()

    def give_up(self, fault: str) -> None:
        """Kill it, as it does nothing any more."""
        self.fault = fault
        self.hang_up()

    def hang_up(self) -> None:
        """End the channel; then the process is killed, and its end is told."""
        with suppress(OSError), socket.socket(fileno=dup(self._channel.fileno())) as end:
            end.shutdown(socket.SHUT_RDWR)

    def wait(self) -> None:
        """Wait until it has gone."""
        self._reader.join(2 * _END_SECONDS)

    def _read(self) -> None:
        with suppress(Exception):  # the end of the process, or bytes that are no message
            while True:
                number, content = self._channel.recv()
                self._heard(self, number, None if content is None else _report(content))
        self.process.kill()
        self.process.join(_END_SECONDS)
        self._outbox.put(None)
        self._channel.close()
        self._gone(self)

    def _send(self) -> None:
        held: Any = None
        while (item := self._outbox.get()) is not None:
            number, task = item
            try:
                messages: list[tuple[int | None, bytes]] = [(number, bytes(ForkingPickler.dumps(task.call)))]
                if task.context is not held:
                    messages.insert(0, (None, bytes(ForkingPickler.dumps(task.context))))
            except Exception as error:
                self._unsent(self, number, error)
                continue
            try:
                for message in messages:
                    self._channel.send(message)
            except Exception:  # usually because the process has ended
                self.hang_up()
                return
            held = task.context


def _report(content: bytes) -> Report:
    try:
        report = ForkingPickler.loads(content)
    except Exception as error:
        return Report(None, "implementation", f"the result cannot be read: {type(error).__name__}: {error}")
    return report if isinstance(report, Report) else Report(None, "implementation", "the result is no report")
