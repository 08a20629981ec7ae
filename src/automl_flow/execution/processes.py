"""Two ways to start worker processes: from a fork server that holds libraries for all of them, or each by itself.

From a fork server they start at once, and the server takes memory for as long as this process lives. By itself a worker
imports what it needs, and no other process is needed. Either imports nothing of the caller's main module: scripts need
no ``if __name__ == "__main__"``.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import types
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import context as mp_context
from multiprocessing import resource_tracker, spawn
from typing import Any

from automl_flow.core.threads import environment, thread_environment
from automl_flow.execution import worker
from automl_flow.execution.memory import FRUGAL_ENVIRONMENT
from automl_flow.execution.pool import Member
from automl_flow.execution.scratch import SCRATCH, scratch_folder
from automl_flow.execution.worker import Settings

_PRELOAD = ("automl_flow.execution.guard", "automl_flow.execution.worker", "threadpoolctl")
# What a process that starts by itself runs. Modules are found where its parent finds them.
_BOOTSTRAP = """
import sys
from multiprocessing.connection import Connection
channel = Connection(int(sys.argv[1]))
sys.path[:] = channel.recv()
from automl_flow.execution import guard, worker
worker.serve(channel, channel.recv())
guard.leave()
"""


def start_forked(settings: Settings, preload: Sequence[str]) -> Member:
    """Start a worker from the fork server, which is started with the first one and imports *preload*."""
    context = _Context(preload)
    ours, theirs = context.Pipe()
    process = context.Process(target=worker.serve_forked, args=(theirs, settings), daemon=True)
    process.start()
    theirs.close()  # so that the channel ends with the process
    return process, ours


def start_alone(settings: Settings) -> Member:
    """Start a worker by itself."""
    ours, theirs = multiprocessing.Pipe()
    number = theirs.fileno()
    command = [os.fsdecode(spawn.get_executable()), "-c", _BOOTSTRAP, str(number)]
    with _interrupts_blocked():
        process = _Alone(command, env={**os.environ, **_variables()}, stdin=subprocess.DEVNULL, pass_fds=(number,))
    theirs.close()
    ours.send(sys.path)
    ours.send(settings)
    return process, ours


class _Alone(subprocess.Popen[bytes]):
    """A process that started by itself, with the names of multiprocessing."""

    def join(self) -> None:
        """Wait for its end."""
        self.wait()

    @property
    def exitcode(self) -> int | None:
        """How it ended."""
        return self.returncode


class _Process(mp_context.ForkServerProcess):
    """A process whose start does not import the caller's main module."""

    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: N802 - the name is multiprocessing's
        # Starting the resource tracker takes the block of Ctrl-C away again, so that comes before.
        resource_tracker.ensure_running()
        with _interrupts_blocked(), _hidden_main(), environment(_variables()):
            return mp_context.ForkServerProcess._Popen(process_obj)


class _Context(mp_context.ForkServerContext):
    """Fork-server processes with our preloads."""

    Process = _Process

    def __init__(self, preload: Sequence[str]) -> None:
        super().__init__()
        multiprocessing.set_forkserver_preload([*_PRELOAD, *preload])


def _variables() -> dict[str, str]:
    """Environment of workers and of the fork server."""
    return {**thread_environment(1), **FRUGAL_ENVIRONMENT, SCRATCH: f"{os.getpid()}:{scratch_folder()}"}


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Block Ctrl-C for processes that are started in the block, which import for seconds before they ignore it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
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
