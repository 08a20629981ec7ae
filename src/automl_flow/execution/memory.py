"""Memory limits of a worker process."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

# Environment of workers: the allocators of CatBoost and Arrow would hold on to 60 and 20 MB of freed memory.
FRUGAL_ENVIRONMENT = {"MIMALLOC_PURGE_DELAY": "0", "ARROW_DEFAULT_MEMORY_POOL": "system"}
MEMORY_EXIT = 86  # exit code of a process that exceeded its memory limit and ended itself
_POLL_SECONDS = 0.02
_VIRTUAL_SLACK_MB = 2048  # libraries and thread stacks reserve far more address space than they use
_MIB = 1 << 20


@dataclass(eq=False)
class Watch:
    """Memory of the process while one job runs in it.

    Attributes:
        limit_mb: Largest resident size allowed; ``None`` is no limit.
        peak_mb: Largest resident size observed.
        shared: Another job ran in the process at the same time and may have used the memory.
    """

    limit_mb: int | None = None
    peak_mb: float = 0.0
    shared: bool = False


class MemoryGuard:
    """Watches this process while jobs run in it.

    There are two guards, because each has a gap: a limit on the address space refuses one huge allocation immediately,
    and a thread that polls the resident size ends the process when many small ones add up. When several jobs run, the
    largest of their limits applies to all of them together.
    """

    def __init__(self) -> None:
        """Start with no jobs to watch."""
        self._watches: set[Watch] = set()
        self._lock = threading.Lock()
        self._busy = threading.Event()
        self._before = resource.getrlimit(resource.RLIMIT_AS)

    def start(self) -> None:
        """Start the polling thread."""
        threading.Thread(target=self._poll, daemon=True).start()

    @contextmanager
    def watching(self, watch: Watch) -> Iterator[None]:
        """Fill in *watch*, and enforce its limit during the block."""
        with self._lock:
            self._watches.add(watch)
            for one in self._watches:
                one.shared = len(self._watches) > 1 or one.shared
            self._bound()
        self._busy.set()
        try:
            yield
        finally:
            self._look()
            with self._lock:
                self._watches.remove(watch)
                self._bound()
                if not self._watches:
                    self._busy.clear()

    def _limit(self) -> int | None:
        limits = [watch.limit_mb for watch in self._watches]
        return None if None in limits else max((limit for limit in limits if limit is not None), default=None)

    def _bound(self) -> None:
        """Limit the address space by the limits of the running jobs."""
        limit, hard = self._limit(), self._before[1]
        if limit is None:
            resource.setrlimit(resource.RLIMIT_AS, self._before)
            return
        ceiling = int((_virtual_mb() + limit + _VIRTUAL_SLACK_MB) * _MIB)
        resource.setrlimit(
            resource.RLIMIT_AS, (ceiling if hard == resource.RLIM_INFINITY else min(ceiling, hard), hard)
        )

    def _poll(self) -> None:
        while True:
            self._busy.wait()
            self._look()
            time.sleep(_POLL_SECONDS)

    def _look(self) -> None:
        resident = _resident_mb()
        with self._lock:
            limit = self._limit()
            for watch in self._watches:
                watch.peak_mb = max(watch.peak_mb, resident)
        if limit is not None and resident > limit:
            os._exit(MEMORY_EXIT)


def release_memory() -> None:
    """Return freed memory to the system, which the C library would keep (glibc only; a no-op elsewhere)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def _resident_mb() -> float:
    import psutil

    return float(psutil.Process().memory_info().rss) / _MIB


def _virtual_mb() -> float:
    import psutil

    return float(psutil.Process().memory_info().vms) / _MIB
