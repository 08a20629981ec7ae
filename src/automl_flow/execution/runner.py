"""The execution interface: a runner takes jobs, holds them to limits, and returns their outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

from automl_flow.execution.outcome import Limits, Outcome

Function = Callable[[Any, Any], Any]  # (context, job) -> result; importable by name, its arguments and result picklable


@dataclass(frozen=True)
class RunnerSettings:
    """Settings of a runner, whatever its backend.

    Attributes:
        n_jobs: Concurrent jobs.
        threads: Threads that native libraries may use in each job.
        slots: Concurrent jobs in one worker, which share libraries and the context in memory. The memory limit applies
            to all of them together; a job that exceeds it next to another one is retried alone.
        preload: Modules that a backend may import once for all workers, so that later ones start immediately.
        imports: Modules that every worker imports on startup unless it has inherited them.
    """

    n_jobs: int = 1
    threads: int = 1
    slots: int = 1
    preload: Sequence[str] = ()
    imports: Sequence[str] = ()


class Handle(Protocol):
    """A submitted job."""

    @property
    def done(self) -> bool:
        """Whether the outcome is available."""

    def outcome(self) -> Outcome:
        """Wait until the job ends and return its outcome; exceptions of the job are never raised."""

    def cancel(self) -> None:
        """Kill the job; its outcome is a timeout."""


class Runner(Protocol):
    """Runs jobs under limits; a context manager that kills whatever still runs when its block ends.

    All methods but :meth:`wait_any` return at once.
    """

    @property
    def settings(self) -> RunnerSettings:
        """Settings of the runner."""

    @property
    def start_seconds(self) -> float | None:
        """Seconds until the first worker was ready; ``None`` while none has been."""

    def __enter__(self) -> Self:
        """Return the runner."""

    def __exit__(self, *_: object) -> None:
        """Kill running jobs and end the workers."""

    def start(self) -> None:
        """Let workers start and import in the background, while the caller prepares the first job."""

    def broadcast(self, context: Any) -> None:
        """Make workers hold *context*, the first argument of all jobs submitted from now on."""

    def submit(self, function: Function, job: Any, limits: Limits, affinity: str | None = None) -> Handle:
        """Run ``function(context, job)`` as soon as a worker is free.

        Args:
            function: What to run; importable by name.
            job: Its second argument; picklable.
            limits: Time and memory.
            affinity: Among free workers, one that has run a job with this key is preferred, because it may have cached
                what the job needs. The job never waits for a particular worker.
        """

    def wait_any(self, handles: Iterable[Handle], timeout: float | None) -> None:
        """Return when one of *handles* is done or after *timeout* seconds."""

    def release(self) -> None:
        """End idle workers to free their memory; new ones start when there are jobs again."""
