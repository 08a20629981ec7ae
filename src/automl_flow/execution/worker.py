"""Main loop of a worker process: runs each job in its own thread until the parent ends the process."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

from threadpoolctl import ThreadpoolController

from automl_flow.core.errors import DataError, StorageError
from automl_flow.execution.memory import MemoryGuard, Watch, release_memory
from automl_flow.execution.outcome import Cause, Limits
from automl_flow.execution.runner import Function


@dataclass(frozen=True)
class Report:
    """Report of a worker on a job; failures are reports too, so that exceptions never cross processes.

    Attributes:
        value: What the function returned.
        cause: Why it failed; ``None`` if it did not.
        message: Text of the error.
        peak_mb: Peak resident memory of the process during the job, in MiB.
        seconds: How long the function ran.
        shared: Another job ran in the process at the same time.
    """

    value: Any = None
    cause: Cause | None = None
    message: str = ""
    peak_mb: float = 0.0
    seconds: float = 0.0
    shared: bool = False


@dataclass(frozen=True)
class WorkerSettings:
    """Settings that a worker receives when it starts.

    Attributes:
        threads: Threads that native libraries may use in each job.
        slots: Concurrent jobs.
        folder: Folder for captured output.
        imports: Modules to import before the first job.
    """

    threads: int
    slots: int
    folder: Path
    imports: Sequence[str]


@dataclass(frozen=True)
class JobCall:
    """A job on its way to a worker.

    Attributes:
        function: What to run.
        job: Its second argument.
        limits: Limits.
    """

    function: Function
    job: Any
    limits: Limits


@dataclass(frozen=True)
class _Broken:
    """A context that could not be unpickled."""

    error: Exception


def log_of(folder: Path, pid: int) -> Path:
    """File that captures the output of worker *pid*."""
    return folder / f"{pid}.log"


def main(channel: Connection) -> None:
    """Run calls from *channel* until its other end is closed: the main function of a worker process.

    The worker receives :class:`WorkerSettings`, then pairs: ``None`` and the bytes of a context, the first argument of
    all later functions, or a number and the bytes of a :class:`JobCall`. It sends pairs too: ``(None, None)`` when it
    is ready, a number and ``None`` when that job begins, and a number and the bytes of a :class:`Report` when it ends.
    """
    try:
        settings: WorkerSettings = channel.recv()
        log = log_of(settings.folder, os.getpid())
        _prepare(log)
    except (EOFError, OSError):  # the parent has gone, nobody needs it
        return
    for name in settings.imports:
        importlib.import_module(name)
    worker = _Worker(channel, settings.threads, log)
    context: Any = None
    channel.send((None, None))
    slots = ThreadPoolExecutor(settings.slots)
    while True:
        try:
            number, content = channel.recv()
        except (EOFError, OSError):
            return  # running jobs end with the process
        if number is None:
            context = None  # free the old context before loading the new one
            context = _read_context(content)
        else:
            slots.submit(worker.answer, number, content, context)


def _read_context(content: bytes) -> Any:
    try:
        return ForkingPickler.loads(content)
    except Exception as error:
        return _Broken(error)


def _prepare(log: Path) -> None:
    """Redirect output to a file, and leave Ctrl-C to the parent."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    os.close(descriptor)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class _Worker:
    """State shared by the jobs of this process."""

    def __init__(self, channel: Connection, threads: int, log: Path) -> None:
        self._channel, self._threads, self._log = channel, threads, log
        self._sending = threading.Lock()
        self._pools: ThreadpoolController | None = None
        self._modules = 0  # modules imported when thread pools were last looked up
        self._guard = MemoryGuard()
        self._guard.start()

    def answer(self, number: int, content: bytes, context: Any) -> None:
        """Run a call and send its report."""
        report = self._run(number, content, context)
        release_memory()
        try:
            self._send(number, report)
        except Exception as error:  # the return value cannot be pickled
            failure = Report(None, "implementation", f"{type(error).__name__}: {error}", report.peak_mb, report.seconds)
            self._send(number, failure)

    def _thread_pools(self) -> ThreadpoolController:
        """Thread pools of native libraries; the lookup takes milliseconds, so it is repeated only after imports."""
        modules = len(sys.modules)
        if self._pools is None or modules != self._modules:
            self._pools, self._modules = ThreadpoolController(), modules
        return self._pools

    def _send(self, number: int, report: Report | None) -> None:
        content = None if report is None else bytes(ForkingPickler.dumps(report))
        with self._sending:
            self._channel.send((number, content))

    def _run(self, number: int, content: bytes, context: Any) -> Report:
        began, watch = time.monotonic(), Watch()
        value: Any = None
        cause: Cause | None = None
        message = ""
        try:
            call: JobCall = ForkingPickler.loads(content)
            watch.limit_mb = call.limits.memory_mb
            if isinstance(context, _Broken):
                raise context.error
            with self._guard.watching(watch), self._thread_pools().limit(limits=self._threads):
                began = time.monotonic()
                self._send(number, None)
                value = call.function(context, call.job)
        except MemoryError:
            cause, message = "memory", f"over the memory limit of {watch.limit_mb} MB"
        except DataError as error:
            cause, message = "data", str(error)
        except StorageError as error:
            cause, message = "storage", str(error)
        except BaseException as error:  # whatever a trial raises fails the trial, never the search
            with suppress(OSError):  # a full disk
                traceback.print_exc()
            cause, message = "implementation", f"{type(error).__name__}: {error}"
        return Report(value, cause, message, watch.peak_mb, time.monotonic() - began, watch.shared)
