"""Kinds of fuzzed input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Kind:
    """A kind of input that is changed and then read.

    Attributes:
        name: Name on the command line.
        prepare: Writes sound inputs into a folder, once.
        change: Writes a changed copy of one of them: ``(sound, target, random) -> what was done``. *target* does not
            exist yet.
        use: Reads a changed copy and does with it what a user would. It runs in a process that may be killed.
        warm: Imports what using needs, which counts neither as time nor as memory of a case.
    """

    name: str
    prepare: Callable[[Path], None]
    change: Callable[[Path, Path, np.random.Generator], str]
    use: Callable[[Path], None]
    warm: Callable[[], None]
