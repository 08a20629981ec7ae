"""Jobs that do to their process what no job should do; module-level so that workers can import them."""

from __future__ import annotations

import os
import signal
import stat
import struct
import time
from pathlib import Path


def kill_itself(context, job):
    os.kill(os.getpid(), signal.SIGKILL)


def stop_itself_at_first(context, job):
    """Stop this process, unless a file says that this was done before."""
    if not job.exists():
        job.touch()
        stop_itself(context, job)
    return "went on"


def stop_itself(context, job):
    os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(60)  # this thread may get a little farther


def _channel():
    """Descriptors of the sockets of this process."""
    numbers = [int(path.name) for path in Path("/proc/self/fd").iterdir()]
    for number in numbers:
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                yield number
        except OSError:
            continue


def begin_a_message(context, job):
    for number in _channel():
        os.write(number, struct.pack("!i", 1000) + b"half")
    time.sleep(60)


def send_what_is_no_message(context, job):
    for number in _channel():
        os.write(number, struct.pack("!i", 3) + b"abc")
    time.sleep(60)


def send_what_has_no_end(context, job):
    for number in _channel():
        os.write(number, struct.pack("!i", -1) + struct.pack("!Q", 1 << 62))
    time.sleep(60)


def close_everything(context, job):
    os.closerange(3, 256)
    time.sleep(60)


def die_and_leave_a_child(context, job):
    if os.fork() == 0:
        time.sleep(3)
        os._exit(0)
    os._exit(5)


class _Explosive:
    def __init__(self, name):
        self.name = name

    def __reduce__(self):
        return _explode, (self.name,)


def _explode(name):
    raise OSError(name)


def return_what_cannot_be_read(context, job):
    return _Explosive("a result")


class Unsendable:
    """A context that cannot be sent."""

    def __reduce__(self):
        raise OSError("a context")


class Deadly:
    """A context that ends the process that reads it."""

    def __reduce__(self):
        return os._exit, (7,)


def length(context, job):
    return len(context)
