"""Two ways to start worker processes: forked from a fork server with preloaded libraries, or spawned.

Forked workers start immediately, but the fork server occupies memory as long as this process lives. A spawned worker
does its own imports. Neither imports the caller's main module, so scripts need no ``if __name__ == "__main__"``.
Settings go through the channel, because other child processes would inherit environment variables.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.spawn import get_executable

import psutil

from automl_flow.core.threads import thread_environment
from automl_flow.execution.forkserver import NUMBER
from automl_flow.execution.memory import FRUGAL_ENVIRONMENT
from automl_flow.execution.tempdir import process_tempdir
from automl_flow.execution.worker import WorkerSettings

_ATTEMPTS = 3  # for a fork server to start and take a request
_END_SECONDS = 5.0  # to wait for a killed fork server to end
_SLICE_SECONDS = 0.2  # between checks that the process waited for still exists
# Code of the processes that we start. They find modules where their parent does.
_BOOTSTRAP = """
import sys
from multiprocessing.connection import Connection
channel = Connection(int(sys.argv[1]))
sys.path[:], parent, folder = channel.recv()
from automl_flow.execution import watchdog
watchdog.watch_parent(parent, folder)
"""
_WORKER = """
from automl_flow.execution import worker
worker.main(channel)
watchdog.end_with_parent(folder)
"""
_SERVER = """
from automl_flow.execution import forkserver
forkserver.serve(channel, channel.recv())
watchdog.end_with_parent(folder)
"""


class SpawnedProcess(subprocess.Popen[bytes]):
    """A spawned process."""

    @property
    def exitcode(self) -> int | None:
        """Exit code: minus the signal number if a signal killed it; ``None`` until :meth:`join` has returned."""
        return self.returncode

    @property
    def stopped(self) -> bool:
        """Whether a signal has stopped (suspended) it."""
        return is_stopped(self.pid)

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self.poll() is not None

    def join(self, timeout: float) -> None:
        """Wait for its end, at most *timeout* seconds."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(timeout)


class ForkedProcess:
    """A process that the fork server starts."""

    def __init__(self, server: SpawnedProcess, told: Connection) -> None:
        """Follow the messages of *server* about it."""
        self.pid: int | None = None
        self.exitcode: int | None = None
        self._server, self._told = server, told
        self._reading = threading.Lock()

    @property
    def stopped(self) -> bool:
        """Whether a signal has stopped it, or the server that should start it."""
        self._read(0)
        return self._server.stopped if self.pid is None else is_stopped(self.pid)

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        self._read(0)
        return self.exitcode is not None

    def kill(self) -> None:
        """Kill it; if not started yet, it ends when its channel closes, unless the server never gets that far."""
        self._read(0)
        if self.pid is None and self._server.stopped:
            self._server.kill()
        if self.pid is not None and self.exitcode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def join(self, timeout: float) -> None:
        """Wait until the server reports its end, at most *timeout* seconds.

        Does not wait if it was not started yet, or if the server is stopped and cannot report.
        """
        self._read(0)
        latest = time.monotonic() + timeout
        while self.pid is not None and self.exitcode is None and time.monotonic() < latest and not self._server.stopped:
            self._read(_SLICE_SECONDS)

    def _read(self, timeout: float) -> None:
        """Read the server's messages; a caller that must not wait leaves this to another thread that does."""
        if not self._reading.acquire(blocking=timeout > 0):
            return
        try:
            while self.exitcode is None and self._told.poll(timeout):
                content = os.read(self._told.fileno(), NUMBER.size)
                if not content:  # the server has ended, and with it its workers
                    self.exitcode = -signal.SIGKILL
                elif self.pid is None:
                    (self.pid,) = NUMBER.unpack(content)
                else:
                    (self.exitcode,) = NUMBER.unpack(content)
        finally:
            self._reading.release()


Process = SpawnedProcess | ForkedProcess


def is_stopped(pid: int) -> bool:
    """Whether a signal has stopped a process."""
    with suppress(psutil.NoSuchProcess):
        return bool(psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    return False


def spawn_worker(settings: WorkerSettings) -> tuple[Process, Connection]:
    """Spawn a worker.

    Raises:
        OSError: The system cannot start another process.
    """
    return _start(_WORKER, settings)


def fork_worker(settings: WorkerSettings, preload: Sequence[str]) -> tuple[Process, Connection]:
    """Let the fork server start a worker; the server is started with the first one, and imports *preload* first.

    Raises:
        OSError: The system cannot start another process, or the fork server does not respond.
    """
    ours, theirs = multiprocessing.Pipe()
    told, tells = multiprocessing.Pipe(duplex=False)
    with theirs, tells:
        server = _fork_server.request(preload, [theirs.fileno(), tells.fileno()])
    with suppress(ConnectionError):  # the server has just ended; the channel reports it
        ours.send(sys.path)  # the current path: the server may have been started before a folder was added
        ours.send(settings)
    return ForkedProcess(server, told), ours


def _start(program: str, told: object) -> tuple[SpawnedProcess, Connection]:
    ours, theirs = multiprocessing.Pipe()
    number = theirs.fileno()
    command = [os.fsdecode(get_executable()), "-c", _BOOTSTRAP + program, str(number)]
    variables = {**os.environ, **thread_environment(1), **FRUGAL_ENVIRONMENT}
    with theirs, _interrupts_blocked():
        process = SpawnedProcess(command, env=variables, stdin=subprocess.DEVNULL, pass_fds=(number,))
    with suppress(ConnectionError):  # it has ended already; the channel reports it
        ours.send((sys.path, os.getpid(), process_tempdir()))
        ours.send(told)
    return process, ours


class _ForkServer:
    """The fork server of this process, started on demand and restarted when it has ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: tuple[SpawnedProcess, socket.socket] | None = None
        self._registered = False  # cleaned up when this process ends

    def request(self, preload: Sequence[str], descriptors: Sequence[int]) -> SpawnedProcess:
        """Send the server the descriptors of a worker to start; never wait for it."""
        with self._lock:
            for _ in range(_ATTEMPTS):
                process, channel = self._running or self._begin(preload)
                try:
                    socket.send_fds(channel, [b"."], descriptors)
                except OSError as error:  # it has ended, or has been stuck for a long time
                    failure = error
                    self._end(os.getpid())
                else:
                    return process
            raise failure

    def _begin(self, preload: Sequence[str]) -> tuple[SpawnedProcess, socket.socket]:
        if not self._registered:
            atexit.register(self._end, os.getpid())
            self._registered = True
        process, channel = _start(_SERVER, list(preload))
        with channel:
            told = socket.socket(fileno=os.dup(channel.fileno()))
        told.setblocking(False)
        self._running = process, told
        return self._running

    def _end(self, owner: int) -> None:
        if os.getpid() == owner and self._running is not None:
            (process, channel), self._running = self._running, None
            channel.close()
            process.kill()
            process.join(_END_SECONDS)

    @property
    def runs(self) -> bool:
        """Whether it was started and has not ended."""
        running = self._running
        return running is not None and not running[0].ended

    def forget(self) -> None:
        """Forget the server in a forked child: it belongs to the parent."""
        if self._running is not None:
            self._running[1].close()
            self._running[0].returncode = 0  # from this process's view it has ended
        self._lock, self._running, self._registered = threading.Lock(), None, False


_fork_server = _ForkServer()


def fork_server_runs() -> bool:
    """Whether this process has a fork server, so that workers start immediately."""
    return _fork_server.runs


os.register_at_fork(after_in_child=_fork_server.forget)


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Block Ctrl-C for processes started in the block, which spend seconds on imports before they ignore it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
