"""The execution interface: a runner takes jobs, holds them to limits, and returns their outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

from automl_flow.execution.outcome import Limits, Outcome

Function = Callable[[Any, Any], Any]  # (context, job) -> result; importable by name, its arguments and result picklable


@dataclass(frozen=True)
class RunnerSettings:
    """What a runner is asked for, whatever its backend.

    Attributes:
        n_jobs: Jobs at the same time.
        threads: Threads that native libraries may use in each job.
        slots: Jobs at the same time in one worker, which then hold libraries and the context once. The memory limit is
            for all of them together; a job that exceeds it next to another one is tried again alone.
        preload: Modules that a backend may import once for all workers, so that further ones start at once.
        imports: Modules that every worker imports as it starts, where it has not inherited them.
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
        """Whether the outcome is there."""

    def outcome(self) -> Outcome:
        """Wait for the end and return the outcome; never raises what the job raised."""

    def cancel(self) -> None:
        """Kill the job; its outcome is a timeout."""


class Runner(Protocol):
    """Runs jobs under limits; a context manager that kills what still runs when its block ends.

    All methods but :meth:`wait_any` return at once.
    """

    @property
    def settings(self) -> RunnerSettings:
        """What the runner was asked for."""

    @property
    def start_seconds(self) -> float | None:
        """Seconds until the first worker was ready; ``None`` while none has been."""

    def __enter__(self) -> Self:
        """Return the runner."""

    def __exit__(self, *_: object) -> None:
        """Kill what runs, and end the workers."""

    def start(self) -> None:
        """Let workers start and import in the background, while the caller prepares the first job."""

    def broadcast(self, context: Any) -> None:
        """Let workers hold *context*, the first argument of the jobs that are submitted from now on."""

    def submit(self, function: Function, job: Any, limits: Limits, affinity: str | None = None) -> Handle:
        """Run ``function(context, job)`` as soon as a worker is free.

        Args:
            function: What to run; importable by name.
            job: Its second argument; picklable.
            limits: Time and memory.
            affinity: Of several free workers, one that has run a job with this key is preferred, because it may have
                cached what the job needs. No worker is waited for.
        """

    def wait_any(self, handles: Iterable[Handle], timeout: float | None) -> None:
        """Return when one of *handles* is done or *timeout* seconds are over."""

    def release(self) -> None:
        """End idle workers, and with them what they hold in memory; new ones start when there are jobs again."""
