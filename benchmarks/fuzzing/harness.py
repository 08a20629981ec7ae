"""Running what reads changed inputs in a process of its own, and counting how it ends."""

from __future__ import annotations

import multiprocessing
import resource
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import psutil

from benchmarks.fuzzing.kind import Kind

SECONDS = 10.0  # that a case may take
MEMORY = 2 << 30  # bytes that it may hold beyond what the process held before
_STACK = 8 << 30  # address space beyond which the process gets no more, so that the machine survives a case
ENDS = ("clear error", "correct", "foreign exception", "crash", "hang", "over memory")


@dataclass(frozen=True)
class Case:
    """What became of one changed input.

    Attributes:
        number: Its number; with the seed, it says what was changed.
        change: What was changed.
        end: One of ``ENDS``.
        detail: Text of the error.
    """

    number: int
    change: str
    end: str
    detail: str = ""


def run(kind: Kind, cases: range, seed: int, place: Path, worker: Worker) -> Iterator[Case]:
    """Change, read and use inputs, one after another.

    Args:
        kind: The kind of input.
        cases: Numbers of the cases.
        seed: Seed of the changes.
        place: A folder; sound inputs that an earlier run has left there are taken.
        worker: Uses them.
    """
    sound = place / f"{kind.name}-sound"
    if not sound.is_dir():
        sound.mkdir(parents=True)
        kind.prepare(sound)
    for number in cases:
        target = place / f"{kind.name}-{number}" / "case"
        shutil.rmtree(target.parent, ignore_errors=True)
        target.parent.mkdir()
        change = kind.change(sound, target, np.random.default_rng([seed, number]))
        end, detail = worker.use(target)
        yield Case(number, change, end, detail)
        shutil.rmtree(target.parent, ignore_errors=True)


def count(cases: list[Case]) -> dict[str, int]:
    """How often each end came."""
    found = Counter(case.end for case in cases)
    return {end: found[end] for end in ENDS}


class Worker:
    """A process that uses one input after another, and is begun anew when one ends it."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self._begin()

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, self.kind), daemon=True)
        self.process.start()
        theirs.close()
        self.pipe.recv()  # it has imported what it needs
        self.held = psutil.Process(self.process.pid).memory_info().rss

    def use(self, target: Path, seconds: float = SECONDS) -> tuple[str, str]:
        """Say how the use of an input ends, and with which text."""
        self.pipe.send(target)
        limit = time.monotonic() + seconds
        peak = 0
        while not self.pipe.poll(0.02):
            if not self.process.is_alive():
                break
            peak = max(peak, psutil.Process(self.process.pid).memory_info().rss - self.held)
            if peak > MEMORY or time.monotonic() > limit:
                end = "over memory" if peak > MEMORY else "hang"
                self._anew()
                return end, f"{peak >> 20} MB"
        try:
            return self.pipe.recv()
        except EOFError:
            self.process.join()
            code = self.process.exitcode
            self._anew()
            return "crash", f"exit code {code}"

    def _anew(self) -> None:
        self.end()
        self._begin()

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _serve(pipe: Connection, kind: Kind) -> None:
    import warnings

    from automl_flow.core.errors import AutoMLFlowError

    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_STACK, _STACK))
    kind.warm()
    pipe.send("ready")
    while True:
        try:
            target = pipe.recv()
        except EOFError:
            return
        try:
            kind.use(target)
            answer = ("correct", "")
        except AutoMLFlowError as error:
            text = str(error)
            clean = text.isprintable() or all(line.isprintable() for line in text.split("\n"))
            answer = (
                ("clear error", text[:500]) if clean and len(text) < 10_000 else ("foreign exception", f"text {text!r}")
            )
        except BaseException as error:
            answer = ("foreign exception", _place(error))
        pipe.send(answer)


def _place(error: BaseException) -> str:
    import traceback

    frames = [f"{Path(f.filename).name}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)]
    return f"{type(error).__name__}: {str(error)[:200]!r} at {' > '.join(frames[-6:])}"
