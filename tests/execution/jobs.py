"""Jobs that behave well and badly; module-level so that workers can import them."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from automl_flow.core.errors import DataError


def add(context, job):
    return context + job


def spin(context, job):
    print("spinning", flush=True)
    while True:
        pass


def allocate_at_once(context, job):
    return len(bytearray(8 << 30))


def allocate_slowly(context, job):
    kept = []
    while True:
        kept.append(bytearray(1 << 20))


def die(context, job):
    print("last words", flush=True)
    os._exit(3)


def refuse(context, job):
    raise DataError("column 'x' is empty")


def break_down(context, job):
    raise KeyError("x")


def main_module(context, job):
    return sorted(name for name in ("MARK",) if hasattr(sys.modules["__main__"], name))


def threads(context, job):
    import sklearn.utils  # noqa: F401 - loads OpenMP
    from threadpoolctl import threadpool_info

    return sorted({pool["num_threads"] for pool in threadpool_info()})


def sleep(context, job):
    time.sleep(job)
    return os.getpid()


def stay(context, job):
    """Note in a file that it runs, stay some seconds, and return its process and how often it has run."""
    path, seconds = job
    notes = Path(path)
    with notes.open("a") as file:
        file.write("run\n")
    time.sleep(seconds)
    return os.getpid(), len(notes.read_text().splitlines())


def hoard(context, job):
    """Go slowly over any limit of memory."""
    time.sleep(0.3)
    allocate_slowly(context, job)


def die_later(context, job):
    time.sleep(0.3)
    os._exit(3)


def imported(context, job):
    return job in sys.modules


def answer(context, job):
    return context
