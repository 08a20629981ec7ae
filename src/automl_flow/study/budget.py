"""Budget of a search: seconds, memory, trials, processes."""

from __future__ import annotations

import logging
import os
import time
from typing import Annotated

from pydantic import Field, field_validator

from automl_flow.core.config import Config
from automl_flow.core.errors import ConfigError
from automl_flow.core.threads import processors
from automl_flow.execution.backends import BACKENDS

logger = logging.getLogger("automl_flow")

MAX_TRIALS = 1_000_000
MAX_SEED = 2**63
_MAX_SECONDS = 10 * 365 * 86_400.0  # ten years
_MAX_MEMORY_MB = 1 << 24  # MiB: 16 TiB
_MAX_JOBS = 1024
TrialNumber = Annotated[int, Field(ge=0, le=MAX_TRIALS)]


class Budget(Config):
    """Limits of a search. A limit in trials is exact and reproducible; a limit in seconds kills what exceeds it.

    Attributes:
        time_left_for_this_task: Seconds for the whole search; ``None`` is no limit.
        per_run_time_limit: Seconds for one run, as each search defines it: one fit of a tabular model, or training a
            network up to the next rung; ``None`` is no limit.
        memory_limit: MiB of resident memory of a trial's process; ``None`` is no limit. A trial that exceeds it while
            sharing the process is retried alone.
        max_trials: Number of trials, failed ones included; ``None`` is no limit.
        n_jobs: Concurrent trials, at most the capacity of the execution backend; never changes a trial-bounded
            result.
        execution: Name of the execution backend that runs the trials; never changes a trial-bounded result.
        seed: Seed of all randomness.
        skip_trials: Numbers of trials that are recorded as failed without being run: in a replay, those that the clock
            ended in the original run.
    """

    time_left_for_this_task: float | None = Field(default=None, gt=0, le=_MAX_SECONDS)
    per_run_time_limit: float | None = Field(default=None, gt=0, le=_MAX_SECONDS)
    memory_limit: int | None = Field(default=None, ge=64, le=_MAX_MEMORY_MB)
    max_trials: int | None = Field(default=None, ge=1, le=MAX_TRIALS)
    n_jobs: int = Field(default=1, ge=1, le=_MAX_JOBS)
    execution: str = "local"
    seed: int = Field(default=42, ge=-MAX_SEED, lt=MAX_SEED)
    skip_trials: tuple[TrialNumber, ...] = ()

    @field_validator("execution")
    @classmethod
    def _known_backend(cls, name: str) -> str:
        BACKENDS.get(name)
        return name

    def require_limit(self) -> None:
        """Raise unless the search has a limit.

        Raises:
            ConfigError: There is neither a limit in seconds nor one in trials.
        """
        if self.max_trials is None and self.time_left_for_this_task is None:
            raise ConfigError("a search needs a limit: set time_left_for_this_task (seconds) or max_trials")

    def workers(self, most: int | None = None) -> int:
        """Number of trials that can run concurrently; warns if that is fewer than requested.

        Args:
            most: Upper bound beyond which workers would idle.
        """
        wanted = self.n_jobs if most is None else min(self.n_jobs, most)
        capacity = BACKENDS.get(self.execution).capacity()
        if wanted > capacity:
            logger.warning(
                "n_jobs is %d, but execution backend %r has %d processors for this process: %d trials run at a time",
                self.n_jobs,
                self.execution,
                capacity,
                capacity,
            )
        return min(wanted, capacity)


def say_if_too_short(seconds: float, start: float) -> None:
    """Warn before workers start if the time hardly suffices for starting them.

    Args:
        seconds: Seconds left of the budget.
        start: Seconds that the start takes on an idle machine.
    """
    needed = start * max(1.0, os.getloadavg()[0] / processors())
    if seconds < needed:
        logger.warning(
            "time_left_for_this_task: %.1f s are left, and starting the workers takes about %.0f s on this machine "
            "under its current load; perhaps no trial will finish",
            seconds,
            needed,
        )


class Clock:
    """Remaining seconds of a budget, counted from the creation of the clock."""

    def __init__(self, seconds: float | None, spent: float = 0.0) -> None:
        """Start counting.

        Args:
            seconds: Total seconds; ``None`` is no limit.
            spent: Seconds used earlier by the run that is being resumed.
        """
        self.seconds = seconds
        self._began = time.monotonic() - spent

    @property
    def spent(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._began

    @property
    def left(self) -> float:
        """Seconds left, never negative; infinite without a limit."""
        return float("inf") if self.seconds is None else max(0.0, self.seconds - self.spent)

    @property
    def deadline(self) -> float | None:
        """``time.monotonic()`` at which the time is up; ``None`` without a limit."""
        return None if self.seconds is None else self._began + self.seconds

    def stop(self) -> None:
        """Expire now, because nothing would fit into the time left."""
        self.seconds = self.spent

    @property
    def expired(self) -> bool:
        """Whether the time is up."""
        return self.left <= 0
