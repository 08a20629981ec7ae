"""Worker processes on this machine."""

from __future__ import annotations

import math
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self

from automl_flow.core.threads import processors
from automl_flow.execution import worker
from automl_flow.execution.backends import Backend
from automl_flow.execution.memory import MEMORY_EXIT
from automl_flow.execution.outcome import Limits, Outcome
from automl_flow.execution.pool import Pool
from automl_flow.execution.processes import Process, fork_server_runs, fork_worker, spawn_worker
from automl_flow.execution.runner import Function, Handle, RunnerSettings
from automl_flow.execution.task import DiedError, LateError, Task
from automl_flow.execution.tempdir import process_tempdir
from automl_flow.execution.worker import JobCall, Report

_LAST_LINES = 20


class LocalRunner:
    """Processes on this machine that are killed when a job reaches its limits.

    A worker serves many jobs, so libraries are imported once; a killed worker is replaced. With modules to preload,
    workers are forked from a fork server that has imported them; only the first runner's modules count, because a
    process has one fork server. Without, each worker is spawned.

    Attributes:
        settings: Settings of the runner.
    """

    def __init__(self, settings: RunnerSettings | None = None, context: Any = None) -> None:
        """Describe the workers; they start with the first job, or with :meth:`start`.

        Args:
            settings: Number and kind of the workers; ``None`` is one worker.
            context: First argument of every function; picklable. :meth:`broadcast` replaces it.
        """
        self.settings = settings or RunnerSettings()
        self._owner = os.getpid()
        self._context = context
        self._folder: Path | None = None
        self._job_ended = threading.Condition()
        slots = self.settings.slots
        self._pool = Pool(self._start_process, math.ceil(self.settings.n_jobs / slots), slots)

    def __enter__(self) -> Self:
        """Return the runner; leftovers of killed processes are removed even if there will be no job."""
        process_tempdir()
        return self

    def __exit__(self, *_: object) -> None:
        """Kill running jobs and end the workers; a child forked in the block leaves them to its parent."""
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
        """End idle workers to free their memory; new ones start when there are jobs again."""
        self._pool.release()

    def broadcast(self, context: Any) -> None:
        """Make workers hold *context* for all jobs submitted from now on; it is sent with the first of them."""
        self._context = context

    def submit(self, function: Function, job: Any, limits: Limits, affinity: str | None = None) -> LocalHandle:
        """Start ``function(context, job)``; *function* must be importable by name."""
        folder = self._make_folder()
        task = self._pool.submit(JobCall(function, job, limits), self._context, affinity)
        handle = LocalHandle(task, folder, partial(self._pool.cancel, task))
        task.future.add_done_callback(self._announce)
        return handle

    def _announce(self, _: object) -> None:
        with self._job_ended:
            self._job_ended.notify_all()

    def _make_folder(self) -> Path:
        """Folder of captured output, created with the first worker."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="runner-", dir=process_tempdir()))
        return self._folder

    def _start_process(self) -> tuple[Process, Connection]:
        settings = self.settings
        told = worker.WorkerSettings(settings.threads, settings.slots, self._make_folder(), settings.imports)
        return fork_worker(told, settings.preload) if settings.preload else spawn_worker(told)

    def wait_any(self, handles: Iterable[Handle], timeout: float | None) -> None:
        """Return when one of *handles* is done or after *timeout* seconds."""
        waited = list(handles)
        with self._job_ended:
            self._job_ended.wait_for(lambda: not waited or any(handle.done for handle in waited), timeout)


class LocalHandle:
    """A job of a :class:`LocalRunner`."""

    def __init__(self, task: Task, folder: Path, cancel: Callable[[], None]) -> None:
        """Wrap a task whose process logs to a file in *folder*; *cancel* cancels it."""
        self.task = task
        self._folder, self._cancel = folder, cancel
        self._began = time.monotonic()
        self._ended: float | None = None
        task.future.add_done_callback(self._stamp)

    def _stamp(self, _: object) -> None:
        self._ended = time.monotonic()

    def cancel(self) -> None:
        """Kill the job's process; its worker is replaced."""
        self._cancel()

    @property
    def done(self) -> bool:
        """Whether the outcome is available."""
        return self.task.done

    def outcome(self) -> Outcome:
        """Wait for the end and return the outcome."""
        report = self._report()
        # A killed process could not report how long it ran: use the time since submission.
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


ENTRY = Backend(make=LocalRunner, capacity=processors, is_warm=fork_server_runs)
