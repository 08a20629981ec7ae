"""A worker process as the pool sees it: one thread sends and one receives, so that the pool never blocks."""

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

_END_SECONDS = 10.0  # to wait for a killed process to end


class WorkerProcess:
    """A process, its tasks, and the channel to it.

    Attributes:
        process: The process.
        tasks: Tasks by number.
        ready: Whether its imports are done.
        killed: Whether the pool has killed it; it ends soon.
        fault: Why the pool gave it up, if it did.
        began: ``time.monotonic()`` of its start.
        stopped_checks: Consecutive checks that found it stopped.
    """

    def __init__(
        self,
        process: Process,
        channel: Connection,
        *,
        on_message: Callable[[WorkerProcess, int | None, Report | None], None],
        on_unsent: Callable[[WorkerProcess, int, Exception], None],
        on_exit: Callable[[WorkerProcess], None],
    ) -> None:
        """Start listening.

        Args:
            process: The process.
            channel: The channel to it.
            on_message: Called when it is ready, when a job begins, and with the report of a job that has ended.
            on_unsent: Called with the number of a task that cannot be sent, and the error.
            on_exit: Called last, when it has ended.
        """
        self.process = process
        self.tasks: dict[int, Task] = {}
        self._affinities: set[str | None] = {None}
        self.ready = self.killed = False
        self.fault = ""
        self.began, self.stopped_checks = time.monotonic(), 0
        self._channel = channel
        self._outbox: queue.SimpleQueue[tuple[int, Task] | None] = queue.SimpleQueue()
        self._on_message, self._on_unsent, self._on_exit = on_message, on_unsent, on_exit
        self._reader = threading.Thread(target=self._read, name="worker reader", daemon=True)
        self._reader.start()
        threading.Thread(target=self._send, name="worker writer", daemon=True).start()

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
        """Kill it, whatever it is doing."""
        self.killed = True
        self.process.kill()
        self.disconnect()

    def give_up(self, fault: str) -> None:
        """Kill it, because it is unresponsive."""
        self.fault = fault
        self.disconnect()

    def disconnect(self) -> None:
        """Close the channel; the reader then kills the process and reports its end."""
        with suppress(OSError), socket.socket(fileno=dup(self._channel.fileno())) as end:
            end.shutdown(socket.SHUT_RDWR)

    def wait(self) -> None:
        """Wait until it has ended."""
        self._reader.join(2 * _END_SECONDS)

    def _read(self) -> None:
        with suppress(Exception):  # the process has ended, or sent bytes that are not a message
            while True:
                number, content = self._channel.recv()
                self._on_message(self, number, None if content is None else _report(content))
        self.process.kill()
        self.process.join(_END_SECONDS)
        self._outbox.put(None)
        self._channel.close()
        self._on_exit(self)

    def _send(self) -> None:
        held: Any = None
        while (item := self._outbox.get()) is not None:
            number, task = item
            try:
                messages: list[tuple[int | None, bytes]] = [(number, bytes(ForkingPickler.dumps(task.call)))]
                if task.context is not held:
                    messages.insert(0, (None, bytes(ForkingPickler.dumps(task.context))))
            except Exception as error:
                self._on_unsent(self, number, error)
                continue
            try:
                for message in messages:
                    self._channel.send(message)
            except Exception:  # usually because the process has ended
                self.disconnect()
                return
            held = task.context


def _report(content: bytes) -> Report:
    try:
        report = ForkingPickler.loads(content)
    except Exception as error:
        return Report(None, "implementation", f"the result cannot be read: {type(error).__name__}: {error}")
    return report if isinstance(report, Report) else Report(None, "implementation", "the result is not a report")
