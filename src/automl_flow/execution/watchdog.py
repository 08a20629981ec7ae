"""Parent watchdog of fork servers and spawned workers.

A watched process ends with its parent, kills its own children, and removes the temporary files left by the parent. The
kernel only notifies a process of the death of its direct parent. The parent of a forked worker is the fork
server, which lives as long as any worker does; without a watchdog, a killed search would keep computing for nobody.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

import psutil  # imported now: a signal handler cannot import a module that the process is just importing

from automl_flow.core.temporary import remove_abandoned

_PR_SET_PDEATHSIG = 1


def die_with_parent(number: signal.Signals) -> None:
    """Let the kernel send signal *number* to this process when its parent ends (Linux only; a no-op elsewhere)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(number))


def watch_parent(parent: int, folder: Path) -> None:
    """End when the process *parent* ends, whose temporary folder is *folder*; at once if it has ended already."""

    def check(_number: int, _frame: FrameType | None) -> None:
        if os.getppid() != parent:  # else only the thread that started this process has ended
            end_with_parent(folder)

    signal.signal(signal.SIGUSR1, check)
    die_with_parent(signal.SIGUSR1)
    check(signal.SIGUSR1, None)


def end_with_parent(folder: Path) -> NoReturn:
    """Kill the child processes, remove what they and the parent leave behind, and end this process."""
    workers = psutil.Process().children()
    for worker in workers:
        worker.kill()
    psutil.wait_procs(workers, timeout=5)
    remove_abandoned(folder)
    os._exit(0)
