"""What a search may use: seconds, memory, trials, processes."""

from __future__ import annotations

import time

from pydantic import Field

from automl_flow.core.config import Config


class Budget(Config):
    """Limits of a search. A limit in trials is exact and repeatable; a limit in seconds is a safety stop.

    Attributes:
        time_left_for_this_task: Seconds for the whole search; ``None`` is no limit.
        per_run_time_limit: Seconds for one run, which is what each search says: a fit of a tabular model, a training
            of a network up to the next comparison; ``None`` is no limit.
        memory_limit: MiB of resident memory of the process that a trial runs in; ``None`` is no limit. A trial that
            goes over it beside another one in that process is tried again alone.
        max_trials: Number of trials, failed ones included; ``None`` is no limit.
        n_jobs: Trials that run at the same time; never changes a trial-bounded result.
        seed: Seed of everything random.
        skip_trials: Numbers of trials that are counted as failed without being run: those that the clock ended in
            the run that is being replayed.
    """

    time_left_for_this_task: float | None = Field(default=None, gt=0)
    per_run_time_limit: float | None = Field(default=None, gt=0)
    memory_limit: int | None = Field(default=None, ge=64)
    max_trials: int | None = Field(default=None, ge=1)
    n_jobs: int = Field(default=1, ge=1)
    seed: int = 42
    skip_trials: tuple[int, ...] = ()


class Clock:
    """Seconds that a budget leaves, counted from the making of the clock."""

    def __init__(self, seconds: float | None, spent: float = 0.0) -> None:
        """Start counting.

        Args:
            seconds: Seconds in all; ``None`` never ends.
            spent: Seconds that were used before, by a run that is now resumed.
        """
        self.seconds = seconds
        self._began = time.monotonic() - spent

    @property
    def spent(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._began

    @property
    def left(self) -> float:
        """Seconds to the end, never negative; infinite without a limit."""
        return float("inf") if self.seconds is None else max(0.0, self.seconds - self.spent)

    @property
    def deadline(self) -> float | None:
        """``time.monotonic()`` at which the time is over; ``None`` without a limit."""
        return None if self.seconds is None else self._began + self.seconds

    @property
    def expired(self) -> bool:
        """Whether the time is over."""
        return self.left <= 0
