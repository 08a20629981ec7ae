"""Worker processes on this machine."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
import types
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, wait
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from multiprocessing import context as mp_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

from automl_flow.core.threads import environment, thread_environment
from automl_flow.execution import worker
from automl_flow.execution.outcome import Limits, Outcome
from automl_flow.execution.scratch import SCRATCH, scratch_folder
from automl_flow.execution.worker import Function, Report

if TYPE_CHECKING:
    from pebble import ProcessFuture

_LAST_LINES = 20
_PRELOAD = (
    "automl_flow.execution.guard",
    "automl_flow.execution.worker",
    "numpy",
    "pandas",
    "sklearn.base",
    "threadpoolctl",
    "psutil",
)


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

    A worker serves many jobs, so libraries are imported once, and is replaced when it was killed. Workers come from a
    fork server that imports nothing of the caller's main module: scripts need no ``if __name__ == "__main__"``.
    Use as a context manager; leaving the block kills what still runs.

    Attributes:
        n_jobs: Number of workers.
    """

    def __init__(self, context: Any, n_jobs: int = 1, threads: int = 1, preload: Sequence[str] = ()) -> None:
        """Describe the workers; they start with the first job.

        Args:
            context: Sent once to every worker and given to every function as first argument; picklable.
            n_jobs: Number of workers.
            threads: Threads that native libraries may use in each worker.
            preload: Modules that the fork server imports once for all workers; those of the process's first runner
                count, for there is one fork server.
        """
        from pebble import ProcessPool
        from pebble.pool import process

        process.time = _SteadyTime
        self.n_jobs = n_jobs
        self._logs = Path(tempfile.mkdtemp(prefix="logs-", dir=scratch_folder()))
        self._pool = ProcessPool(
            max_workers=n_jobs,
            initializer=worker.initialise,
            initargs=(context, threads, str(self._logs)),
            context=_Context(preload),
        )

    def __enter__(self) -> Self:
        """Return the runner."""
        return self

    def __exit__(self, *_: object) -> None:
        """Kill what runs and remove the workers."""
        self._pool.stop()
        self._pool.join()
        shutil.rmtree(self._logs, ignore_errors=True)

    def submit(self, function: Function, job: Any, limits: Limits) -> LocalHandle:
        """Start ``function(context, job)``; *function* must be importable by name."""
        future = self._pool.schedule(worker.run, args=(function, job, limits), timeout=limits.seconds)
        return LocalHandle(future, limits, self._logs)

    def wait_any(self, handles: Iterable[Handle], timeout: float | None) -> None:
        """Return when one of *handles* is done or *timeout* seconds are over."""
        futures = [handle.future for handle in handles if isinstance(handle, LocalHandle)]
        wait(futures, timeout=timeout, return_when=FIRST_COMPLETED)

    def cancel(self, handle: Handle) -> None:
        """Kill the job's process; its worker is replaced."""
        if isinstance(handle, LocalHandle):
            handle.future.cancel()


class LocalHandle:
    """A job of a :class:`LocalRunner`."""

    def __init__(self, future: ProcessFuture, limits: Limits, logs: Path) -> None:
        """Wrap a pebble future."""
        self.future = future
        self._limits = limits
        self._logs = logs
        self._began = time.monotonic()
        self._ended: float | None = None
        future.add_done_callback(self._stamp)

    def _stamp(self, _: object) -> None:
        self._ended = time.monotonic()

    @property
    def done(self) -> bool:
        """Whether the outcome is there."""
        return bool(self.future.done())

    def outcome(self) -> Outcome:
        """Wait for the end and say how it was."""
        report = self._report()
        # A process that was killed could not say how long it ran: then the time since submission counts.
        seconds = report.seconds or (self._ended or time.monotonic()) - self._began
        return Outcome(report.value, report.cause, report.message, seconds, report.peak_mb)

    def _report(self) -> Report:
        from pebble import ProcessExpired

        try:
            report: Report = self.future.result()
        except FutureTimeout:
            return Report(None, "timeout", f"over the time limit of {self._limits.seconds:.1f} s{self._last_lines()}")
        except CancelledError:
            return Report(None, "timeout", "cancelled")
        except ProcessExpired as expired:
            if expired.exitcode == worker.MEMORY_EXIT:
                limit = self._limits.memory_mb
                return Report(None, "memory", f"over the memory limit of {limit} MB", float(limit or 0))
            lines = self._last_lines(expired.pid)
            return Report(None, "implementation", f"process died with exit code {expired.exitcode}{lines}")
        except Exception as error:  # a job or result that cannot be pickled ends here
            return Report(None, "implementation", f"{type(error).__name__}: {error}")
        return report

    def _last_lines(self, pid: int | None = None) -> str:
        if pid is None:
            return ""
        log = worker.log_of(self._logs, pid)
        lines = log.read_text(errors="replace").splitlines() if log.is_file() else []
        return "; last lines:\n" + "\n".join(lines[-_LAST_LINES:]) if lines else ""


class _SteadyTime:
    """What pebble gets for the module ``time``: its limits are to hold when somebody sets the machine's clock."""

    sleep = staticmethod(time.sleep)
    time = staticmethod(time.monotonic)


class _Process(mp_context.ForkServerProcess):
    """A process whose start does not import the caller's main module."""

    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: N802 - the name is multiprocessing's
        with _quiet_start():
            return mp_context.ForkServerProcess._Popen(process_obj)


class _Context(mp_context.ForkServerContext):
    """Fork-server processes with our preloads."""

    Process = _Process

    def __init__(self, preload: Sequence[str]) -> None:
        super().__init__()
        multiprocessing.set_forkserver_preload([*_PRELOAD, *preload])


def start_fork_server(preload: Sequence[str]) -> None:
    """Let the fork server import *preload* in the background, while the caller prepares its first job."""
    from multiprocessing import forkserver

    _Context(preload)
    with _quiet_start():
        forkserver.ensure_running()


@contextmanager
def _quiet_start() -> Iterator[None]:
    """What a fork server that is started in the block, and its workers, are to see.

    The server imports for seconds before it ignores Ctrl-C by itself; what is blocked here is blocked there from its
    first moment.
    """
    variables = {**thread_environment(1), SCRATCH: f"{os.getpid()}:{scratch_folder()}"}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        with _hidden_main(), environment(variables):
            yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _hidden_main() -> Iterator[None]:
    """Let multiprocessing see an empty main module, so that a script is not run again in every worker."""
    real = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = real
