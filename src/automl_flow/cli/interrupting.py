"""Ctrl-C: once keeps what is done, twice ends at once. Finished trials are in the journal either way."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from types import FrameType
from typing import Any, Self

EXIT = 128 + signal.SIGINT  # what shells say of a command that Ctrl-C ended
FIRST = (
    "Interrupted. A search stops here, its finished trials are used and the remaining stages still run; any other step "
    "ends the run. Press Ctrl-C again to stop everything."
)
_SHOW_CURSOR = "\x1b[?25h"
_STANDARD_ERROR = 2  # file descriptor


class Interrupts:
    """Counts Ctrl-C while the block runs, and decides what it does.

    The first one raises ``KeyboardInterrupt``, on which a search keeps what it has. The second one ends the process by
    the signal, and so does the first one in a stage that DVC runs: DVC would take a part of a search for the whole.

    Attributes:
        count: How often it was pressed.
    """

    def __init__(self) -> None:
        """Nothing was pressed yet."""
        self.count = 0
        self._before: Any = None

    def __enter__(self) -> Self:
        """Listen, in the main thread; in others Python does not let us."""
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._heard)
        return self

    def __exit__(self, *_: object) -> None:
        """Let others listen again."""
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _heard(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signature is Python's
        self.count += 1
        if self.count > 1 or "DVC_STAGE" in os.environ:
            _say("Stopped at once. Finished trials are kept; run the same command to resume.")
            if sys.stderr.isatty():
                _write(_SHOW_CURSOR)  # a live line may have hidden it
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        _say(FIRST)
        raise KeyboardInterrupt


def _say(text: str) -> None:
    _write(f"\n{text}\n")


def _write(text: str) -> None:
    """Write past Python's buffer: the signal may have come while something, even this, was writing into that."""
    with suppress(OSError):  # nobody listens any more
        os.write(_STANDARD_ERROR, text.encode())
