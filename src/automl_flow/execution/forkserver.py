"""A fork server: a process that has imported libraries and forks workers that inherit them.

multiprocessing's fork server blocks its caller until all imports are done, is configured through the environment, which
other child processes of the user's program would inherit, and is shared by all code in the process. This one takes
requests through a socket, and starting a worker never blocks.
"""

from __future__ import annotations

import importlib
import os
import selectors
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import NoReturn

from automl_flow.execution import worker
from automl_flow.execution.watchdog import die_with_parent

NUMBER = struct.Struct("q")  # messages on a worker: its process id, and later its exit code


def serve(told: Connection, preload: Sequence[str]) -> None:
    """Import *preload*, then fork a worker for each request, until the other end of *told* has gone.

    A request is one byte with two descriptors: the worker's channel, and a pipe that gets its number and exit code.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with told:
        listening = socket.socket(fileno=os.dup(told.fileno()))
    for name in preload:
        with suppress(Exception):  # a worker that needs it reports why it cannot be imported
            importlib.import_module(name)
    _Server(listening).run()


class _Server:
    def __init__(self, told: socket.socket) -> None:
        self._told = told
        self._pipes: dict[int, int] = {}  # of live workers, by process id
        self._woken, self._alarm = os.pipe()
        os.set_blocking(self._alarm, False)
        signal.set_wakeup_fd(self._alarm, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # so that a worker's exit wakes the loop

    def run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._told, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while True:
                ready = [key.fileobj for key, _ in selector.select()]
                if self._woken in ready:
                    os.read(self._woken, 4096)
                    self._tell_ends()
                if self._told in ready and not self._answer():
                    return

    def _answer(self) -> bool:
        """Fork a worker; return whether more requests may follow."""
        content, (*descriptors,), _, _ = socket.recv_fds(self._told, 1, 2)
        if not content:
            return False
        channel, pipe = descriptors
        server = os.getpid()
        number = os.fork()
        if number == 0:
            self._become_worker(server, channel)
        os.close(channel)  # so that it closes with the worker
        self._pipes[number] = pipe
        self._tell(pipe, number)
        return True

    def _tell_ends(self) -> None:
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                pipe = self._pipes.pop(ended[0], None)
                if pipe is not None:
                    self._tell(pipe, os.waitstatus_to_exitcode(ended[1]))
                    os.close(pipe)

    def _tell(self, pipe: int, number: int) -> None:
        with suppress(OSError):  # the parent has gone
            os.write(pipe, NUMBER.pack(number))

    def _become_worker(self, server: int, channel: int) -> NoReturn:
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGUSR1, signal.SIGCHLD):  # do not inherit the server's handlers
                signal.signal(number, signal.SIG_DFL)
            die_with_parent(signal.SIGKILL)
            self._told.close()
            for descriptor in (self._woken, self._alarm, *self._pipes.values()):
                os.close(descriptor)
            if os.getppid() == server:  # else it has exited meanwhile
                told = Connection(channel)
                sys.path[:] = told.recv()
                worker.main(told)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
