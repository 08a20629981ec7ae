"""Limits and outcomes of jobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from automl_flow.core.errors import StorageError

Cause = Literal["memory", "timeout", "data", "storage", "implementation"]


@dataclass(frozen=True)
class Limits:
    """Limits of one trial; ``None`` is no limit.

    Attributes:
        seconds: Wall-clock time of the trial's function.
        memory_mb: Resident memory of the trial's process, in MiB.
        seconds_left: Seconds from its submission until it is ended, started or not.
    """

    seconds: float | None = None
    memory_mb: int | None = None
    seconds_left: float | None = None


@dataclass(frozen=True)
class Outcome:
    """How a trial ended.

    Attributes:
        value: What the function returned; ``None`` when it failed.
        cause: Why it failed; ``None`` if it did not.
        message: Text of the error and the last lines that the process printed.
        seconds: Wall-clock time that the function ran.
        peak_mb: Peak resident memory in MiB; 0 if the process died before it could report it.
    """

    value: Any
    cause: Cause | None
    message: str
    seconds: float
    peak_mb: float

    def check_storage(self) -> None:
        """Raise if the trial's results could not be stored: the trial is not to blame and can be rerun.

        Raises:
            StorageError: It ended with the cause ``storage``.
        """
        if self.cause == "storage":
            raise StorageError(self.message)

    @property
    def ok(self) -> bool:
        """Whether the function returned."""
        return self.cause is None
