"""A pool of worker processes, each of which runs a few jobs at a time and is killed when one of them hits a limit.

Process pools usually run one job per process. Two jobs in one process share libraries and data in memory, but killing
the process for one job also ends the other, which is then rerun. If a process dies by itself, each of its jobs is rerun
in a process of its own to find the culprit. A job whose process was killed from outside is also rerun once, because the
kernel kills processes when other programs need memory.

One thread owns all state, so it needs no locks; other threads send it commands through a queue. It never blocks on a
process that is starting, reading or writing, so limits hold whatever the processes do. Every task ends, even if the
pool fails.
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

_CHECK_SECONDS = 1.0  # between checks of busy processes
_MAX_STOPPED_CHECKS = 4  # consecutive checks that find a process stopped, before it is replaced
_MAX_START_SECONDS = 180.0  # for a process to become ready, even on a slow machine
_MAX_FAILED_STARTS = 3  # consecutive starts killed from outside, before a task fails because of them


class Pool:
    """Worker processes and the thread that manages them.

    Attributes:
        start_seconds: Seconds until the first process was ready; ``None`` while none has been.
    """

    def __init__(self, start: Callable[[], tuple[Process, Connection]], n_processes: int, slots: int) -> None:
        """Create the pool; processes start on demand.

        Args:
            start: Starts a process without waiting for it.
            n_processes: Maximum number of processes.
            slots: Concurrent jobs per process.
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
        self._unfinished: set[Task] | None = set()  # tasks without a result; None once the pool has ended
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="worker processes", daemon=True)
        self._thread.start()

    def start(self) -> None:
        """Start all processes now."""
        self._commands.put(self._start_all)

    def submit(self, call: JobCall, context: object, affinity: str | None = None) -> Task:
        """Run a call as soon as a process has room, with *context* as the first argument of its function.

        Once the pool has ended, the returned task has already ended too.
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
        """Cancel a task: drop it if it is waiting, else kill its process."""
        self._commands.put(partial(self._give_up, task))

    def release(self) -> None:
        """End idle processes; new ones start on demand."""
        self._commands.put(self._release)

    def stop(self) -> None:
        """Kill all processes, cancel all tasks, and wait until that is done."""
        self._commands.put(self._stop)
        self._thread.join()

    def _work(self) -> None:
        """Manage the processes until :meth:`stop`."""
        try:
            while not self._stopped:
                self._assign()
                with suppress(queue.Empty):
                    self._commands.get(timeout=self._patience())()
                self._end_late()
                self._check_workers()
        except Exception as error:
            self._failure = error
        finally:  # whatever went wrong, no caller may wait for ever
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
        """End a task because the pool has ended."""
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
        with suppress(Exception):  # the first job hits the same error and reports it
            while len(self._workers) < self._max_workers:
                self._add()

    def _release(self) -> None:
        # Killed workers stay in the list until `_on_exit`; `has_room` refuses them tasks meanwhile.
        for worker in self._workers:
            if not worker.tasks:
                worker.kill()

    def _give_up(self, task: Task) -> None:
        if task in self._waiting:
            self._waiting.remove(task)
        task.cancel()
        self._forget(task)
        # A thread cannot be killed, so the whole process goes; `_on_exit` requeues the other jobs in it.
        for worker in self._workers:
            if task in worker.tasks.values():
                worker.kill()

    def _add(self) -> None:
        # The worker's own threads call these: they only queue a command, because the pool's thread owns all state.
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
        """Assign waiting tasks to processes with room, in order of submission."""
        while self._waiting:
            try:
                worker = self._room_for(self._waiting[0])
            except Exception as error:  # no process could be started
                self._close(self._waiting.popleft(), error)
                continue
            if worker is None:
                return
            worker.take(next(self._numbers), self._waiting.popleft())

    def _room_for(self, task: Task) -> WorkerProcess | None:
        """Return the best process for a task, or ``None``; start another process if none is idle.

        Processes that have run a task with the same affinity come first, then those with the fewest tasks.
        """
        free = [worker for worker in self._workers if worker.has_room(task, self._slots)]
        best = min(free, key=lambda worker: (not worker.suits(task), len(worker.tasks)), default=None)
        # One start at a time: a worker that becomes ready soon may be all that the queue needs.
        starting = any(not worker.ready for worker in self._workers)
        busy = all(worker.tasks for worker in free)
        if busy and not starting and len(self._workers) < self._max_workers:
            try:
                self._add()
            except Exception:
                if not self._workers:  # else the running processes can take the tasks
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
            task.alone, task.began = True, None  # the other job may have used the memory, so try it alone
            self._waiting.appendleft(task)
        else:
            self._close(task, report)

    def _on_unsent(self, worker: WorkerProcess, number: int, error: Exception) -> None:
        """Fail a task that cannot be sent."""
        task = worker.tasks.pop(number, None)
        if task is not None:
            self._close(task, error)

    def _patience(self) -> float | None:
        """Seconds until the next deadline or the next check of the processes; ``None`` if there is neither."""
        assigned = [task for worker in self._workers for task in worker.tasks.values() if not task.done]
        times = [task.deadline for task in (*self._waiting, *assigned) if task.deadline is not None]
        if self._waiting or assigned:
            times.append(self._checked + _CHECK_SECONDS)
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _end_late(self) -> None:
        """Fail tasks over their time limit, and kill their processes."""
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
        """Replace unresponsive processes: stopped, never ready, or already dead."""
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
                # Its end may go unnoticed: a process forked meanwhile can hold a copy of its end of the channel.
                worker.disconnect()

    def _on_exit(self, worker: WorkerProcess) -> None:
        """Remove a dead process, and requeue those of its tasks that are not to blame."""
        self._workers.remove(worker)
        left = [task for task in worker.tasks.values() if not task.done]
        # If we killed it, no task is to blame; if it died, any that had begun may be, or any at all if none had.
        suspects = [] if worker.killed else [task for task in left if task.began is not None] or left
        died = DiedError(worker.process.exitcode, worker.process.pid, worker.fault)
        for task in reversed(left):
            # Blame needs proof: the only suspect, and for a kill from outside, one that already ran alone.
            blamed = len(suspects) == 1 and task in suspects and (task.alone or not died.from_outside)
            task.began, task.alone = None, task.alone or task in suspects
            if blamed:
                self._close(task, died)
            else:
                self._waiting.appendleft(task)
        if not worker.ready and not worker.killed:
            self._failed_starts += 1
            if self._waiting and (not died.from_outside or self._failed_starts >= _MAX_FAILED_STARTS):
                self._close(self._waiting.popleft(), died)  # else it would be retried for ever
