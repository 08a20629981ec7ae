"""Imported first of all by a process that looks after others, or by a worker that nobody looks after.

Such a process ends with the one that started it, takes the processes that it has started along, and removes what the
parent leaves behind. The kernel tells a process of the death of its parent only. The parent of a forked worker is the
fork server, which by itself lives as long as any worker does, so a search that was killed would go on computing for
nobody.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import sys
from types import FrameType
from typing import NoReturn

import psutil  # before the signal can come: a handler cannot import what the process is importing

from automl_flow.execution.scratch import SCRATCH

_PR_SET_PDEATHSIG = 1
# Taken out of the environment, so that processes that workers start do not think they are us.
_PARENT, _, _FOLDER = os.environ.pop(SCRATCH, "").partition(":")


def die_with_parent(number: signal.Signals) -> None:
    """Let the kernel send signal *number* to this process when its parent ends (on Linux; elsewhere nothing)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(number))


def leave() -> NoReturn:
    """End, as the parent has gone: kill the processes of this one, and remove what they and the parent leave behind."""
    workers = psutil.Process().children()
    for worker in workers:
        worker.kill()
    psutil.wait_procs(workers, timeout=5)
    shutil.rmtree(_FOLDER, ignore_errors=True)
    os._exit(0)


def _check(_number: int, _frame: FrameType | None) -> None:
    if os.getppid() != int(_PARENT):  # else only the thread that started us has ended
        leave()


if _PARENT:  # anywhere else, importing does nothing
    signal.signal(signal.SIGUSR1, _check)
    die_with_parent(signal.SIGUSR1)
    _check(signal.SIGUSR1, None)  # where the parent has gone already
