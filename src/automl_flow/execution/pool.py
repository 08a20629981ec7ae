"""Processes that run jobs, a few at the same time in each, and that are killed for a job that reaches its limits.

Libraries for process pools give each process one job. Two jobs in a process hold libraries and data in memory once;
but a process that is killed for one job takes the other along, which then runs again. Where a process ended by itself,
each of its jobs runs again with a process to itself: the one that is to blame ends it again.

One thread owns all that is here, so nothing is locked; what others want from it arrives through a queue.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from typing import Any, Literal, Protocol

from automl_flow.execution.task import DiedError, LateError, Task
from automl_flow.execution.worker import Call, Report


class Process(Protocol):
    """A process that was started."""

    @property
    def pid(self) -> int | None:
        """Its number."""

    @property
    def exitcode(self) -> int | None:
        """How it ended: minus the number of a signal that killed it; ``None`` until :meth:`join` has returned."""

    def kill(self) -> None:
        """Kill it."""

    def join(self) -> None:
        """Wait for its end."""


Member = tuple[Process, Connection]  # a process, and the channel to it


@dataclass(eq=False)
class _Member:
    """A process and what it has.

    Attributes:
        process: The process.
        channel: The channel to it.
        tasks: Tasks by number.
        context: What it holds.
        ready: It has imported what it needs.
        killed: It was killed, and will be gone soon.
    """

    process: Process
    channel: Connection
    tasks: dict[int, Task] = field(default_factory=dict)
    context: Any = None
    ready: bool = False
    killed: bool = False

    def has_room(self, task: Task, lanes: int) -> bool:
        if self.killed or not self.ready or any(other.alone for other in self.tasks.values()):
            return False
        return len(self.tasks) < (1 if task.alone else lanes)


Order = Literal["start", "submit", "cancel", "release", "stop"]


class Pool:
    """Worker processes and the thread that looks after them."""

    def __init__(self, start: Callable[[], Member], n_processes: int, lanes: int) -> None:
        """Prepare; processes start when they are needed.

        Args:
            start: Starts a process.
            n_processes: How many there may be.
            lanes: Jobs at the same time in each.
        """
        self._start, self._most, self._lanes = start, n_processes, lanes
        self._orders: queue.SimpleQueue[tuple[Order, Task | None]] = queue.SimpleQueue()
        self._bell, self._ring = connection.Pipe(duplex=False)
        self._members: list[_Member] = []
        self._waiting: deque[Task] = deque()
        self._numbers = count()
        self._stopped = False
        self._thread = threading.Thread(target=self._work, name="worker processes", daemon=True)
        self._thread.start()

    def start(self) -> None:
        """Let all processes start now."""
        self._order("start")

    def submit(self, call: Call, context: Any) -> Task:
        """Run a call as soon as a process has room, with *context* as the first argument of its function."""
        task = Task(call, context)
        self._order("submit", task)
        return task

    def cancel(self, task: Task) -> None:
        """Give up a task: it is not begun, or its process is killed."""
        self._order("cancel", task)

    def release(self) -> None:
        """End the processes that have nothing to do; new ones start when they are needed."""
        self._order("release")

    def stop(self) -> None:
        """Kill all processes, give up all tasks, and wait for that."""
        self._order("stop")
        self._thread.join()

    def _order(self, order: Order, task: Task | None = None) -> None:
        self._orders.put((order, task))
        self._ring.send_bytes(b".")

    def _work(self) -> None:
        """Look after the processes until :meth:`stop`."""
        try:
            while not self._stopped:
                self._assign()
                members = list(self._members)
                ready = connection.wait([self._bell, *(member.channel for member in members)], self._patience())
                if self._bell in ready:
                    self._obey()
                for member in members:
                    if member.channel in ready:
                        self._listen(member)
                self._end_late()
        finally:  # nobody waits for ever, whatever happened here
            self._end()

    def _obey(self) -> None:
        self._bell.recv_bytes()
        order, task = self._orders.get()
        match order:
            case "start":
                with suppress(OSError):  # the first job will tell
                    while len(self._members) < self._most:
                        self._add()
            case "submit" if task is not None:
                self._waiting.append(task)
            case "cancel" if task is not None:
                self._give_up(task)
            case "release":
                for member in self._members:
                    if not member.tasks:
                        self._kill(member)
            case "stop":
                self._stopped = True

    def _give_up(self, task: Task) -> None:
        if task in self._waiting:
            self._waiting.remove(task)
        task.cancel()
        for member in self._members:
            if task in member.tasks.values():
                self._kill(member)

    def _add(self) -> _Member:
        process, channel = self._start()
        member = _Member(process, channel)
        self._members.append(member)
        return member

    def _assign(self) -> None:
        """Give waiting tasks to processes with room, in the order of their submission."""
        while self._waiting:
            task = self._waiting[0]
            try:
                member = self._room_for(task)
                if member is None:
                    return
                content = bytes(ForkingPickler.dumps(task.call))
            except Exception as error:  # the job cannot be sent, or no process started
                self._waiting.popleft().resolve(error)
                continue
            number = next(self._numbers)
            try:
                self._let_hold(member, task.context)
                member.channel.send((number, content))
            except OSError:  # the process has just ended, as its channel will say
                self._kill(member)
            except Exception as error:  # the context cannot be sent
                self._waiting.popleft().resolve(error)
            else:
                member.tasks[number] = self._waiting.popleft()

    def _let_hold(self, member: _Member, context: Any) -> None:
        if member.context is not context:
            member.channel.send((None, bytes(ForkingPickler.dumps(context))))
            member.context = context

    def _room_for(self, task: Task) -> _Member | None:
        """The process with the fewest tasks, or ``None``; a new one is started where there is none without tasks."""
        free = [member for member in self._members if member.has_room(task, self._lanes)]
        best = min(free, key=lambda member: len(member.tasks), default=None)
        starting = any(not member.ready for member in self._members)
        if (best is None or best.tasks) and not starting and len(self._members) < self._most:
            self._add()
        return best

    def _listen(self, member: _Member) -> None:
        try:
            number, report = member.channel.recv()
        except (EOFError, OSError):
            self._bury(member)
            return
        if number is None:
            member.ready = True
        elif report is None:
            member.tasks[number].began = time.monotonic()
        else:
            self._take(member.tasks.pop(number), report)

    def _take(self, task: Task, report: Report) -> None:
        if report.cause == "memory" and report.shared and not task.done:
            task.alone, task.began = True, None  # the other job may have taken the memory
            self._waiting.appendleft(task)
        else:
            task.resolve(report)

    def _patience(self) -> float | None:
        """Seconds until a task is late."""
        assigned = [task for member in self._members for task in member.tasks.values() if not task.done]
        times = [task.latest for task in (*self._waiting, *assigned) if task.latest is not None]
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _end_late(self) -> None:
        """Give up what is over its time limit, and kill the processes that it is in."""
        now = time.monotonic()

        def late(task: Task) -> bool:
            return task.latest is not None and task.latest <= now and not task.done

        for task in [task for task in self._waiting if late(task)]:
            self._waiting.remove(task)
            task.resolve(LateError())
        for member in self._members:
            for task in [task for task in member.tasks.values() if late(task)]:
                task.resolve(LateError())
                self._kill(member)

    def _kill(self, member: _Member) -> None:
        member.killed = True
        member.process.kill()

    def _bury(self, member: _Member) -> None:
        """Take leave of a process that has ended; its tasks run again unless they are to blame."""
        self._members.remove(member)
        member.process.join()
        member.channel.close()
        left = [task for task in member.tasks.values() if not task.done]
        suspects = [] if member.killed else [task for task in left if task.began is not None]
        died = DiedError(member.process.exitcode, member.process.pid)
        for task in reversed(left):
            task.began, task.alone = None, task.alone or task in suspects
            if len(suspects) == 1 and task in suspects:
                task.resolve(died)
            else:
                self._waiting.appendleft(task)
        if not member.ready and not member.killed and self._waiting:
            self._waiting.popleft().resolve(died)  # or it would be tried for ever

    def _end(self) -> None:
        for member in self._members:
            member.process.kill()
        for member in self._members:
            member.process.join()
            member.channel.close()
        for task in [*self._waiting, *(task for member in self._members for task in member.tasks.values())]:
            task.cancel()
        self._bell.close()
        self._ring.close()
