"""What is asked of a trial's process, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Cause = Literal["memory", "timeout", "data", "storage", "implementation"]


@dataclass(frozen=True)
class Limits:
    """Limits of one trial; ``None`` is no limit.

    Attributes:
        seconds: Wall-clock time of the trial's function.
        memory_mb: Resident memory of the trial's process, in MiB.
    """

    seconds: float | None = None
    memory_mb: int | None = None


@dataclass(frozen=True)
class Outcome:
    """How a trial ended.

    Attributes:
        value: What the function returned; ``None`` when it failed.
        cause: Why it failed; ``None`` when it did not.
        message: Text of the error and the last lines that the process printed.
        seconds: Wall-clock time that the function ran.
        peak_mb: Largest resident memory that was seen, in MiB (0 where the process died before it could say).
    """

    value: Any
    cause: Cause | None
    message: str
    seconds: float
    peak_mb: float

    @property
    def ok(self) -> bool:
        """Whether the function returned."""
        return self.cause is None
