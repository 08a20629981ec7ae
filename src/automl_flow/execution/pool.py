"""A pool of worker processes, each of which runs a few jobs at a time and is killed when one of them hits a limit.

Process pools usually run one job per process. Two jobs in a process hold libraries and data in memory once, but killing
the process for one job takes the other along, which then runs again. If a process ends by itself, each of its jobs runs
again in a process of its own, so that the guilty one is found. A job whose process was killed from outside also runs
again, once, because the kernel kills processes when other programs need memory.

One thread owns all state, so nothing else needs a lock; other threads send it commands through a queue. It never blocks
on a process, neither one that starts nor one that reads or writes, so limits hold whatever the processes do. Every task
ends, even if the pool fails.
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

from automl_flow.execution.processes import Process
from automl_flow.execution.task import DiedError, LateError, Task
from automl_flow.execution.worker import JobCall, Report
from automl_flow.execution.worker_process import WorkerProcess

_CHECK_SECONDS = 1.0  # between looks at processes that have something to do
_MAX_STOPPED_CHECKS = 4  # in a row that find a process stopped, after which it is replaced
_MAX_START_SECONDS = 180.0  # for a process to be ready, on the slowest of machines
_MAX_FAILED_STARTS = 3  # that may fail in a row by a signal from outside, before a task is given up for it


class Pool:
    """Worker processes and the thread that manages them.

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
        self._start, self._max_workers, self._slots = start, n_processes, slots
        self._commands: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._workers: list[WorkerProcess] = []
        self._waiting: deque[Task] = deque()
        self._numbers = count()
        self._failed_starts = 0
        self.start_seconds: float | None = None
        self._checked = time.monotonic()
        self._stopped = False
        self._ending = threading.Lock()
        self._unfinished: set[Task] | None = set()  # that have no end yet; None when all is over
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="worker processes", daemon=True)
        self._thread.start()

    def start(self) -> None:
        """Let all processes start now."""
        self._commands.put(self._start_all)

    def submit(self, call: JobCall, context: object, affinity: str | None = None) -> Task:
        """Run a call as soon as a process has room, with *context* as the first argument of its function.

        After the end of the pool a task has ended before it is returned.
        """
        task = Task(call, context, affinity)
        with self._ending:
            if self._unfinished is None:
                self._finish(task)
                return task
            self._unfinished.add(task)
        self._commands.put(partial(self._waiting.append, task))
        return task

    def cancel(self, task: Task) -> None:
        """Give up a task: it is not begun, or its process is killed."""
        self._commands.put(partial(self._give_up, task))

    def release(self) -> None:
        """End the processes that have nothing to do; new ones start when they are needed."""
        self._commands.put(self._release)

    def stop(self) -> None:
        """Kill all processes, give up all tasks, and wait for that."""
        self._commands.put(self._stop)
        self._thread.join()

    def _work(self) -> None:
        """Look after the processes until :meth:`stop`."""
        try:
            while not self._stopped:
                self._assign()
                with suppress(queue.Empty):
                    self._commands.get(timeout=self._patience())()
                self._end_late()
                self._check_workers()
        except Exception as error:
            self._failure = error
        finally:  # nobody waits for ever, whatever happened here
            self._end()

    def _end(self) -> None:
        for worker in self._workers:
            worker.kill()
        for worker in self._workers:
            worker.wait()
        with self._ending:
            left, self._unfinished = self._unfinished or set(), None
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
            if self._unfinished is not None:
                self._unfinished.discard(task)

    def _stop(self) -> None:
        self._stopped = True

    def _start_all(self) -> None:
        with suppress(Exception):  # the first job will tell
            while len(self._workers) < self._max_workers:
                self._add()

    def _release(self) -> None:
        for worker in self._workers:
            if not worker.tasks:
                worker.kill()

    def _give_up(self, task: Task) -> None:
        if task in self._waiting:
            self._waiting.remove(task)
        task.cancel()
        self._forget(task)
        for worker in self._workers:
            if task in worker.tasks.values():
                worker.kill()

    def _add(self) -> None:
        def queued(command: Callable[..., None]) -> Callable[..., None]:
            return lambda *arguments: self._commands.put(partial(command, *arguments))

        process, channel = self._start()
        worker = WorkerProcess(
            process,
            channel,
            on_message=queued(self._on_message),
            on_unsent=queued(self._on_unsent),
            on_exit=queued(self._on_exit),
        )
        self._workers.append(worker)

    def _assign(self) -> None:
        """Give waiting tasks to processes with room, in the order of their submission."""
        while self._waiting:
            try:
                worker = self._room_for(self._waiting[0])
            except Exception as error:  # no process started
                self._close(self._waiting.popleft(), error)
                continue
            if worker is None:
                return
            worker.take(next(self._numbers), self._waiting.popleft())

    def _room_for(self, task: Task) -> WorkerProcess | None:
        """The process that is best for a task, or ``None``; a new one is started where there is none without tasks.

        The best one has run a task with the same affinity, and among several has the fewest tasks.
        """
        free = [worker for worker in self._workers if worker.has_room(task, self._slots)]
        best = min(free, key=lambda worker: (not worker.suits(task), len(worker.tasks)), default=None)
        starting = any(not worker.ready for worker in self._workers)
        busy = all(worker.tasks for worker in free)
        if busy and not starting and len(self._workers) < self._max_workers:
            try:
                self._add()
            except Exception:
                if not self._workers:  # else the running ones continue
                    raise
        return best

    def _on_message(self, worker: WorkerProcess, number: int | None, report: Report | None) -> None:
        task = None if number is None else worker.tasks.get(number)
        if number is None:
            worker.ready, self._failed_starts = True, 0
            if self.start_seconds is None:
                self.start_seconds = time.monotonic() - worker.began
        elif task is not None and report is None:
            task.began = time.monotonic()
        elif task is not None and report is not None:
            del worker.tasks[number]
            self._on_report(task, report)

    def _on_report(self, task: Task, report: Report) -> None:
        if report.cause == "memory" and report.shared and not task.done:
            task.alone, task.began = True, None  # the other job may have taken the memory
            self._waiting.appendleft(task)
        else:
            self._close(task, report)

    def _on_unsent(self, worker: WorkerProcess, number: int, error: Exception) -> None:
        """End a task that cannot be sent."""
        task = worker.tasks.pop(number, None)
        if task is not None:
            self._close(task, error)

    def _patience(self) -> float | None:
        """Seconds until a task is late, or until it is time to look at the processes."""
        assigned = [task for worker in self._workers for task in worker.tasks.values() if not task.done]
        times = [task.deadline for task in (*self._waiting, *assigned) if task.deadline is not None]
        if self._waiting or assigned:
            times.append(self._checked + _CHECK_SECONDS)
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _end_late(self) -> None:
        """Give up what is over its time limit, and kill the processes that it is in."""
        now = time.monotonic()

        def late(task: Task) -> bool:
            return task.deadline is not None and task.deadline <= now and not task.done

        for task in [task for task in self._waiting if late(task)]:
            self._waiting.remove(task)
            self._close(task, LateError())
        for worker in self._workers:
            for task in [task for task in worker.tasks.values() if late(task)]:
                self._close(task, LateError())
                worker.kill()

    def _check_workers(self) -> None:
        """Replace processes that do nothing any more: stopped ones, some that never got ready, and ended ones."""
        now = time.monotonic()
        if now < self._checked + _CHECK_SECONDS:
            return
        self._checked = now
        for worker in self._workers:
            worker.stopped_checks = worker.stopped_checks + 1 if worker.process.stopped else 0
            if worker.stopped_checks >= _MAX_STOPPED_CHECKS:
                worker.give_up("it was stopped by a signal and not resumed")
            elif not worker.ready and now > worker.began + _MAX_START_SECONDS:
                worker.give_up(f"it was not ready within {_MAX_START_SECONDS:.0f} s")
            elif worker.process.ended:
                worker.disconnect()  # a copy of its end of the channel may live in a process that was forked meanwhile

    def _on_exit(self, worker: WorkerProcess) -> None:
        """Take leave of a process that has ended; its tasks run again unless they are to blame."""
        self._workers.remove(worker)
        left = [task for task in worker.tasks.values() if not task.done]
        suspects = [] if worker.killed else [task for task in left if task.began is not None] or left
        died = DiedError(worker.process.exitcode, worker.process.pid, worker.fault)
        for task in reversed(left):
            blamed = len(suspects) == 1 and task in suspects and (task.alone or not died.from_outside)
            task.began, task.alone = None, task.alone or task in suspects
            if blamed:
                self._close(task, died)
            else:
                self._waiting.appendleft(task)
        if not worker.ready and not worker.killed:
            self._failed_starts += 1
            if self._waiting and (not died.from_outside or self._failed_starts >= _MAX_FAILED_STARTS):
                self._close(self._waiting.popleft(), died)  # or it would be tried for ever
