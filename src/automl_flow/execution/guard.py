"""Started first of all in a process that looks after others, or in a worker that nobody looks after.

Such a process ends with the one that started it, takes the processes that it has started along, and removes what the
parent leaves behind. The kernel tells a process of the death of its parent only. The parent of a forked worker is the
fork server, which by itself lives as long as any worker does, so a search that was killed would go on computing for
nobody.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

import psutil  # before the signal can come: a handler cannot import what the process is importing

from automl_flow.core.temporary import remove_abandoned

_PR_SET_PDEATHSIG = 1


def die_with_parent(number: signal.Signals) -> None:
    """Let the kernel send signal *number* to this process when its parent ends (on Linux; elsewhere nothing)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(number))


def follow(parent: int, folder: Path) -> None:
    """End with the process *parent*, whose scratch folder is *folder*; at once, where it has gone already."""

    def check(_number: int, _frame: FrameType | None) -> None:
        if os.getppid() != parent:  # else only the thread that started us has ended
            leave(folder)

    signal.signal(signal.SIGUSR1, check)
    die_with_parent(signal.SIGUSR1)
    check(signal.SIGUSR1, None)


def leave(folder: Path) -> NoReturn:
    """End, as the parent has gone: kill the processes of this one, and remove what they and the parent leave behind."""
    workers = psutil.Process().children()
    for worker in workers:
        worker.kill()
    psutil.wait_procs(workers, timeout=5)
    remove_abandoned(folder)
    os._exit(0)
