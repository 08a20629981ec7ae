"""The inside of a worker process: one job at a time, watched from within."""

from __future__ import annotations

import os
import resource
import signal
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from automl_flow.core.errors import DataError, StorageError
from automl_flow.execution.guard import die_with_parent
from automl_flow.execution.outcome import Cause, Limits

MEMORY_EXIT = 86  # exit code of a process that ended itself because it was over its memory limit
_POLL_SECONDS = 0.02
_VIRTUAL_SLACK_MB = 2048  # address space is reserved far beyond what is used: libraries, thread stacks
_MIB = 1 << 20

Function = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Report:
    """What a worker sends back; a failure is a report too, so that exceptions never have to cross processes."""

    value: Any = None
    cause: Cause | None = None
    message: str = ""
    peak_mb: float = 0.0
    seconds: float = 0.0


@dataclass
class _State:
    """The one context of this process, set when it starts."""

    context: Any = None
    threads: int = 1
    log: Path = field(default_factory=lambda: Path(os.devnull))


_STATE = _State()


def initialise(context: Any, threads: int, logs: str) -> None:
    """Prepare a new worker: keep the shared context, send what is printed to a file, die with the parent."""
    _STATE.context, _STATE.threads = context, threads
    _STATE.log = log_of(Path(logs), os.getpid())
    descriptor = os.open(_STATE.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    os.close(descriptor)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.signal(signal.SIGUSR1, signal.SIG_DFL)  # the fork server's handler is not ours
    die_with_parent(signal.SIGKILL)


def log_of(logs: Path, pid: int) -> Path:
    """File that the worker *pid* prints to."""
    return logs / f"{pid}.log"


def run(function: Function, job: Any, limits: Limits) -> Report:
    """Run ``function(context, job)`` in this process under *limits* of memory (time is the parent's to hold)."""
    from threadpoolctl import threadpool_limits

    os.truncate(_STATE.log, 0)
    watch = _MemoryWatch(limits.memory_mb)
    began = time.monotonic()
    value: Any = None
    cause: Cause | None = None
    message = ""
    try:
        with watch, threadpool_limits(limits=_STATE.threads):
            value = function(_STATE.context, job)
    except MemoryError:
        cause, message = "memory", f"over the memory limit of {limits.memory_mb} MB"
    except DataError as error:
        cause, message = "data", str(error)
    except StorageError as error:
        cause, message = "storage", str(error)
    except Exception as error:  # whatever a trial raises is the trial's failure, never the search's
        traceback.print_exc()
        cause, message = "implementation", f"{type(error).__name__}: {error}"
    return Report(value, cause, message, watch.peak_mb, time.monotonic() - began)


class _MemoryWatch:
    """Holds this process to a memory limit and remembers the peak.

    Two guards, because each alone has a hole: a limit on the address space refuses one huge allocation at once, and
    a thread that reads the resident size ends the process when many small ones add up.
    """

    def __init__(self, limit_mb: int | None) -> None:
        self.limit_mb = limit_mb
        self.peak_mb = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._poll, daemon=True)
        self._before = resource.getrlimit(resource.RLIMIT_AS)

    def __enter__(self) -> None:
        if self.limit_mb is not None:
            ceiling = (_virtual_mb() + self.limit_mb + _VIRTUAL_SLACK_MB) * _MIB
            hard = self._before[1]
            soft = int(ceiling) if hard == resource.RLIM_INFINITY else min(int(ceiling), hard)
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._look()
        resource.setrlimit(resource.RLIMIT_AS, self._before)

    def _poll(self) -> None:
        while not self._stop.wait(_POLL_SECONDS):
            self._look()
            if self.limit_mb is not None and self.peak_mb > self.limit_mb:
                os._exit(MEMORY_EXIT)

    def _look(self) -> None:
        self.peak_mb = max(self.peak_mb, _resident_mb())


def _resident_mb() -> float:
    import psutil

    return float(psutil.Process().memory_info().rss) / _MIB


def _virtual_mb() -> float:
    import psutil

    return float(psutil.Process().memory_info().vms) / _MIB
