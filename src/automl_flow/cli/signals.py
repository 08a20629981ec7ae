"""Ctrl-C: once keeps the finished trials, twice ends immediately. The journal keeps them either way."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from types import FrameType
from typing import Any, Self

EXIT = 128 + signal.SIGINT  # the exit code of shells for Ctrl-C
FIRST = (
    "Interrupted. A search stops here, its finished trials are used and the remaining stages still run; any other step "
    "ends the run. Press Ctrl-C again to stop everything."
)
_SHOW_CURSOR = "\x1b[?25h"
_STANDARD_ERROR = 2  # file descriptor


class Interrupts:
    """Handler of Ctrl-C while the block runs.

    The first Ctrl-C raises ``KeyboardInterrupt``, on which a search keeps its finished trials. The second one ends the
    process by the signal. In a stage that DVC runs, the first one does, because DVC would record a part of a search as
    its whole result.

    Attributes:
        count: How often Ctrl-C was pressed.
    """

    def __init__(self) -> None:
        """Start with a count of zero."""
        self.count = 0
        self._before: Any = None

    def __enter__(self) -> Self:
        """Install the handler, if this is the main thread: Python allows it nowhere else."""
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        """Restore the previous handler."""
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _handle(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - Python's signature
        self.count += 1
        if self.count > 1 or "DVC_STAGE" in os.environ:
            _print("Stopped immediately. Finished trials are kept; run the same command to resume.")
            if sys.stderr.isatty():
                _write(_SHOW_CURSOR)  # a live line may have hidden it
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        _print(FIRST)
        raise KeyboardInterrupt


def _print(text: str) -> None:
    _write(f"\n{text}\n")


def _write(text: str) -> None:
    """Bypass Python's buffer, because the signal may arrive while something is writing to it."""
    with suppress(OSError):  # standard error is closed
        os.write(_STANDARD_ERROR, text.encode())
