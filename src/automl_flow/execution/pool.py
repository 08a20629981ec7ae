"""Processes that run jobs, a few at the same time in each, and that are killed for a job that reaches its limits.

Libraries for process pools give each process one job. Two jobs in a process hold libraries and data in memory once;
but a process that is killed for one job takes the other along, which then runs again. Where a process ended by itself,
each of its jobs runs again with a process to itself: the one that is to blame ends it again. So does, once, a job whose
process somebody else has killed, for the kernel does that when other programs need memory.

One thread owns all that is here, so nothing else is locked; what others want from it arrives through a queue. It never
waits for anything else, neither for a process that starts nor for one that should read or write, so that limits hold
whatever happens to the processes. However it ends, every task gets an end.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import count
from multiprocessing.connection import Connection

from automl_flow.execution.member import Member
from automl_flow.execution.processes import Process
from automl_flow.execution.task import DiedError, LateError, Task
from automl_flow.execution.worker import Call, Report

_LOOK_SECONDS = 1.0  # between looks at processes that have something to do
_STOPPED_LOOKS = 4  # in a row that find a process stopped, after which it is replaced
_START_SECONDS = 180.0  # for a process to be ready, on the slowest of machines
_STARTS = 3  # that may fail in a row by a signal from outside, before a task is given up for it


class Pool:
    """Worker processes and the thread that looks after them.

    Attributes:
        start_seconds: Seconds until the first process was ready; ``None`` while none has been.
    """

    def __init__(self, start: Callable[[], tuple[Process, Connection]], n_processes: int, slots: int) -> None:
        """Prepare; processes start when they are needed.

        Args:
            start: Starts a process; must not wait for it.
            n_processes: How many there may be.
            slots: Jobs at the same time in each.
        """
        self._start, self._most, self._slots = start, n_processes, slots
        self._acts: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._members: list[Member] = []
        self._waiting: deque[Task] = deque()
        self._numbers = count()
        self._failed_starts = 0
        self.start_seconds: float | None = None
        self._looked = time.monotonic()
        self._stopped = False
        self._ending = threading.Lock()
        self._open: set[Task] | None = set()  # that have no end yet; None when all is over
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="worker processes", daemon=True)
        self._thread.start()

    def start(self) -> None:
        """Let all processes start now."""
        self._acts.put(self._start_all)

    def submit(self, call: Call, context: object, affinity: str | None = None) -> Task:
        """Run a call as soon as a process has room, with *context* as the first argument of its function.

        After the end of the pool a task has ended before it is returned.
        """
        task = Task(call, context, affinity)
        with self._ending:
            if self._open is None:
                self._finish(task)
                return task
            self._open.add(task)
        self._acts.put(partial(self._waiting.append, task))
        return task

    def cancel(self, task: Task) -> None:
        """Give up a task: it is not begun, or its process is killed."""
        self._acts.put(partial(self._give_up, task))

    def release(self) -> None:
        """End the processes that have nothing to do; new ones start when they are needed."""
        self._acts.put(self._release)

    def stop(self) -> None:
        """Kill all processes, give up all tasks, and wait for that."""
        self._acts.put(self._stop)
        self._thread.join()

    def _work(self) -> None:
        """Look after the processes until :meth:`stop`."""
        try:
            while not self._stopped:
                self._assign()
                with suppress(queue.Empty):
                    self._acts.get(timeout=self._patience())()
                self._end_late()
                self._look()
        except Exception as error:
            self._failure = error
        finally:  # nobody waits for ever, whatever happened here
            self._end()

    def _end(self) -> None:
        for member in self._members:
            member.kill()
        for member in self._members:
            member.wait()
        with self._ending:
            left, self._open = self._open or set(), None
        for task in left:
            self._finish(task)

    def _finish(self, task: Task) -> None:
        """Give a task its end when the pool has come to its own."""
        if self._failure is None:
            task.cancel()
        else:
            task.resolve(self._failure)

    def _close(self, task: Task, result: Report | Exception) -> None:
        task.resolve(result)
        self._forget(task)

    def _forget(self, task: Task) -> None:
        with self._ending:
            if self._open is not None:
                self._open.discard(task)

    def _stop(self) -> None:
        self._stopped = True

    def _start_all(self) -> None:
        with suppress(Exception):  # the first job will tell
            while len(self._members) < self._most:
                self._add()

    def _release(self) -> None:
        for member in self._members:
            if not member.tasks:
                member.kill()

    def _give_up(self, task: Task) -> None:
        if task in self._waiting:
            self._waiting.remove(task)
        task.cancel()
        self._forget(task)
        for member in self._members:
            if task in member.tasks.values():
                member.kill()

    def _add(self) -> None:
        def soon(act: Callable[..., None]) -> Callable[..., None]:
            return lambda *told: self._acts.put(partial(act, *told))

        process, channel = self._start()
        member = Member(process, channel, heard=soon(self._hear), unsent=soon(self._refuse), gone=soon(self._bury))
        self._members.append(member)

    def _assign(self) -> None:
        """Give waiting tasks to processes with room, in the order of their submission."""
        while self._waiting:
            try:
                member = self._room_for(self._waiting[0])
            except Exception as error:  # no process started
                self._close(self._waiting.popleft(), error)
                continue
            if member is None:
                return
            member.take(next(self._numbers), self._waiting.popleft())

    def _room_for(self, task: Task) -> Member | None:
        """The process that is best for a task, or ``None``; a new one is started where there is none without tasks.

        The best one has run a task with the same affinity, and among several has the fewest tasks.
        """
        free = [member for member in self._members if member.has_room(task, self._slots)]
        best = min(free, key=lambda member: (not member.suits(task), len(member.tasks)), default=None)
        starting = any(not member.ready for member in self._members)
        busy = all(member.tasks for member in free)
        if busy and not starting and len(self._members) < self._most:
            try:
                self._add()
            except Exception:
                if not self._members:  # else those that there are go on
                    raise
        return best

    def _hear(self, member: Member, number: int | None, report: Report | None) -> None:
        task = None if number is None else member.tasks.get(number)
        if number is None:
            member.ready, self._failed_starts = True, 0
            if self.start_seconds is None:
                self.start_seconds = time.monotonic() - member.began
        elif task is not None and report is None:
            task.began = time.monotonic()
        elif task is not None and report is not None:
            del member.tasks[number]
            self._take(task, report)

    def _take(self, task: Task, report: Report) -> None:
        if report.cause == "memory" and report.shared and not task.done:
            task.alone, task.began = True, None  # the other job may have taken the memory
            self._waiting.appendleft(task)
        else:
            self._close(task, report)

    def _refuse(self, member: Member, number: int, error: Exception) -> None:
        """End a task that cannot be sent."""
        task = member.tasks.pop(number, None)
        if task is not None:
            self._close(task, error)

    def _patience(self) -> float | None:
        """Seconds until a task is late, or until it is time to look at the processes."""
        assigned = [task for member in self._members for task in member.tasks.values() if not task.done]
        times = [task.deadline for task in (*self._waiting, *assigned) if task.deadline is not None]
        if self._waiting or assigned:
            times.append(self._looked + _LOOK_SECONDS)
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _end_late(self) -> None:
        """Give up what is over its time limit, and kill the processes that it is in."""
        now = time.monotonic()

        def late(task: Task) -> bool:
            return task.deadline is not None and task.deadline <= now and not task.done

        for task in [task for task in self._waiting if late(task)]:
            self._waiting.remove(task)
            self._close(task, LateError())
        for member in self._members:
            for task in [task for task in member.tasks.values() if late(task)]:
                self._close(task, LateError())
                member.kill()

    def _look(self) -> None:
        """Replace processes that do nothing any more: stopped ones, some that never got ready, and ended ones."""
        now = time.monotonic()
        if now < self._looked + _LOOK_SECONDS:
            return
        self._looked = now
        for member in self._members:
            member.looks = member.looks + 1 if member.process.stopped else 0
            if member.looks >= _STOPPED_LOOKS:
                member.give_up("it was stopped by a signal, and nobody let it go on")
            elif not member.ready and now > member.began + _START_SECONDS:
                member.give_up(f"it was not ready within {_START_SECONDS:.0f} s")
            elif member.process.ended:
                member.hang_up()  # a copy of its end of the channel may live in a process that was forked meanwhile

    def _bury(self, member: Member) -> None:
        """Take leave of a process that has ended; its tasks run again unless they are to blame."""
        self._members.remove(member)
        left = [task for task in member.tasks.values() if not task.done]
        suspects = [] if member.killed else [task for task in left if task.began is not None] or left
        died = DiedError(member.process.exitcode, member.process.pid, member.fault)
        for task in reversed(left):
            blamed = len(suspects) == 1 and task in suspects and (task.alone or not died.from_outside)
            task.began, task.alone = None, task.alone or task in suspects
            if blamed:
                self._close(task, died)
            else:
                self._waiting.appendleft(task)
        if not member.ready and not member.killed:
            self._failed_starts += 1
            if self._waiting and (not died.from_outside or self._failed_starts >= _STARTS):
                self._close(self._waiting.popleft(), died)  # or it would be tried for ever
