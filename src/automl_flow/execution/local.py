"""Worker processes on this machine."""

from __future__ import annotations

import math
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, wait
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol, Self

from automl_flow.execution import worker
from automl_flow.execution.memory import MEMORY_EXIT
from automl_flow.execution.outcome import Limits, Outcome
from automl_flow.execution.pool import Pool
from automl_flow.execution.processes import Process, start_alone, start_forked
from automl_flow.execution.scratch import scratch_folder
from automl_flow.execution.task import DiedError, LateError, Task
from automl_flow.execution.worker import Call, Function, Report

_LAST_LINES = 20


class Handle(Protocol):
    """A submitted job."""

    @property
    def done(self) -> bool:
        """Whether the outcome is there."""

    def outcome(self) -> Outcome:
        """Wait for the end and say how it was; never raises what the job raised."""


class Runner(Protocol):
    """Runs jobs under limits; the one interface of all execution backends."""

    @property
    def n_jobs(self) -> int:
        """Jobs that run at the same time."""

    def submit(self, function: Function, job: Any, limits: Limits) -> Handle:
        """Start ``function(context, job)`` when a worker is free."""

    def wait_any(self, handles: Iterable[Handle], timeout: float | None) -> None:
        """Return when one of *handles* is done or *timeout* seconds are over."""

    def cancel(self, handle: Handle) -> None:
        """Kill the job."""


class LocalRunner:
    """Processes on this machine that are killed when a job reaches its limits.

    A worker serves many jobs, so libraries are imported once, and is replaced when it was killed.
    Use as a context manager; leaving the block kills what still runs.

    Attributes:
        n_jobs: Jobs at the same time.
        imports: Modules that every worker imports as it starts.
    """

    def __init__(
        self,
        context: Any = None,
        n_jobs: int = 1,
        threads: int = 1,
        *,
        lanes: int = 1,
        preload: Sequence[str] = (),
        imports: Sequence[str] = (),
    ) -> None:
        """Describe the workers; they start with the first job, or with :meth:`start`.

        Args:
            context: Given to every function as first argument; picklable. :meth:`give` replaces it.
            n_jobs: Jobs at the same time.
            threads: Threads that native libraries may use in each job.
            lanes: Jobs at the same time in one worker, which then hold libraries and the context once. The limit of
                memory is for all of them together; a job that goes over it beside another one is tried again alone.
            preload: Modules that a fork server imports once for all workers, so that further ones start at once;
                those of the process's first runner count, for there is one fork server. With none there is no fork
                server, and each worker starts by itself.
            imports: Modules that every worker imports as it starts, where it has not inherited them.
        """
        self.n_jobs, self.imports = n_jobs, tuple(imports)
        self._owner = os.getpid()
        self._context = context
        self._folder: Path | None = None
        self._threads, self._lanes, self._preload = threads, lanes, preload
        self._pool = Pool(self._start_process, math.ceil(n_jobs / lanes), lanes)

    def __enter__(self) -> Self:
        """Return the runner; what a killed process has left is removed even if there will be no job."""
        scratch_folder()
        return self

    def __exit__(self, *_: object) -> None:
        """Kill what runs and remove the workers; a child that was forked in the block leaves them to its parent."""
        if os.getpid() != self._owner:
            return
        self._pool.stop()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def start_seconds(self) -> float | None:
        """Seconds until the first worker was ready; ``None`` while none has been."""
        return self._pool.start_seconds

    def start(self) -> None:
        """Let workers start and import in the background, while the caller prepares the first job."""
        self._make_folder()
        self._pool.start()

    def release(self) -> None:
        """End idle workers, and with them what they hold in memory; new ones start when there are jobs again."""
        self._pool.release()

    def give(self, context: Any) -> None:
        """Let workers hold *context* for the jobs that are submitted from now on; it is sent with the first of them."""
        self._context = context

    def submit(self, function: Function, job: Any, limits: Limits) -> LocalHandle:
        """Start ``function(context, job)``; *function* must be importable by name."""
        folder = self._make_folder()
        return LocalHandle(self._pool.submit(Call(function, job, limits), self._context), folder)

    def _make_folder(self) -> Path:
        """Folder of what workers print; it is made with the first of them."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="runner-", dir=scratch_folder()))
        return self._folder

    def _start_process(self) -> tuple[Process, Connection]:
        settings = worker.Settings(self._threads, self._lanes, self._make_folder(), self.imports)
        return start_forked(settings, self._preload) if self._preload else start_alone(settings)

    def wait_any(self, handles: Iterable[Handle], timeout: float | None) -> None:
        """Return when one of *handles* is done or *timeout* seconds are over."""
        futures = [handle.task.future for handle in handles if isinstance(handle, LocalHandle)]
        wait(futures, timeout=timeout, return_when=FIRST_COMPLETED)

    def cancel(self, handle: Handle) -> None:
        """Kill the job's process; its worker is replaced."""
        if isinstance(handle, LocalHandle):
            self._pool.cancel(handle.task)


class LocalHandle:
    """A job of a :class:`LocalRunner`."""

    def __init__(self, task: Task, folder: Path) -> None:
        """Follow a task, whose process prints to a file in *folder*."""
        self.task = task
        self._folder = folder
        self._began = time.monotonic()
        self._ended: float | None = None
        task.future.add_done_callback(self._stamp)

    def _stamp(self, _: object) -> None:
        self._ended = time.monotonic()

    @property
    def done(self) -> bool:
        """Whether the outcome is there."""
        return self.task.done

    def outcome(self) -> Outcome:
        """Wait for the end and say how it was."""
        report = self._report()
        # A process that was killed could not say how long it ran: then the time since submission counts.
        seconds = report.seconds or (self._ended or time.monotonic()) - self._began
        return Outcome(report.value, report.cause, report.message, seconds, report.peak_mb)

    def _report(self) -> Report:
        limits = self.task.call.limits
        try:
            return self.task.future.result()
        except LateError:
            seconds = "" if limits.seconds is None else f" of {limits.seconds:.1f} s"
            return Report(None, "timeout", f"over the time limit{seconds}")
        except CancelledError:
            return Report(None, "timeout", "cancelled")
        except DiedError as died:
            if died.exitcode == MEMORY_EXIT:
                limit = limits.memory_mb
                return Report(None, "memory", f"over the memory limit of {limit} MB", float(limit or 0))
            return Report(None, "implementation", f"{died}{self._last_lines(died.pid)}")
        except Exception as error:  # a job that cannot be sent ends here
            return Report(None, "implementation", f"{type(error).__name__}: {error}")

    def _last_lines(self, pid: int | None) -> str:
        log = worker.log_of(self._folder, pid or 0)
        lines = log.read_text(errors="replace").splitlines() if log.is_file() else []
        return "; last lines:\n" + "\n".join(lines[-_LAST_LINES:]) if lines else ""
