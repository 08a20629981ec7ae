"""Imported by the fork server, first of all: it ends with the process that started it, and takes its workers along.

The kernel tells a process of the death of its parent only. The parent of a worker is the fork server, which by itself
lives as long as any worker does, so a search that was killed would go on computing for nobody.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import sys
from types import FrameType

from automl_flow.execution.scratch import SCRATCH

_PR_SET_PDEATHSIG = 1
# Taken out of the environment, so that processes that workers start do not think they are us.
_PARENT, _, _FOLDER = os.environ.pop(SCRATCH, "").partition(":")


def die_with_parent(number: signal.Signals) -> None:
    """Let the kernel send signal *number* to this process when its parent ends (on Linux; elsewhere nothing)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(number))


def _end(_number: int, _frame: FrameType | None) -> None:
    """End with the parent: kill the workers and remove what they and the parent leave behind."""
    if os.getppid() == int(_PARENT):  # only the thread that started us has ended
        return
    import psutil

    workers = psutil.Process().children()
    for worker in workers:
        worker.kill()
    psutil.wait_procs(workers, timeout=5)
    shutil.rmtree(_FOLDER, ignore_errors=True)
    os._exit(0)


if _PARENT:  # this is the fork server; anywhere else, importing does nothing
    signal.signal(signal.SIGUSR1, _end)
    die_with_parent(signal.SIGUSR1)
    _end(signal.SIGUSR1, None)  # where the parent has gone already
