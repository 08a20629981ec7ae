"""Trials split into parts that are separate jobs, so that one trial can keep several workers busy.

Parts count in order, whichever ends first: a trial ends at its first failed part, or at the first checkpoint that
prunes it, and results of later parts are dropped. The outcome is therefore that of running one part after another.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from automl_flow.execution.outcome import Limits, Outcome
from automl_flow.execution.runner import Function
from automl_flow.study.trial import TrialJob, TrialResult

S = TypeVar("S")
R = TypeVar("R")


@dataclass(frozen=True)
class PartJob(TrialJob[S]):
    """A part of a trial on its way to a worker.

    Attributes:
        part: Number of the part, from 0.
        open_parts: Parts of the trial that have not ended, including this one.
        rounds: Rounds that all workers together need for these parts.
        trial_seconds: Total seconds of the trial's finished parts.
    """

    part: int = 0
    open_parts: int = 1
    rounds: int = 1
    trial_seconds: float = 0.0


@dataclass(frozen=True)
class CombineJob(Generic[S, R]):
    """The results of a trial's parts on their way to a worker.

    Attributes:
        number: Trial number.
        suggestion: What was tried.
        results: Results of the parts in order, up to the last that counts.
    """

    number: int
    suggestion: S
    results: tuple[R, ...]


@dataclass(frozen=True)
class Parts(Generic[S, R]):
    """Division of a trial into parts.

    Attributes:
        count: Number of parts.
        evaluate: Runs a part in a worker.
        combine: Combines the results into the trial's result, in a worker.
        is_pruned: Given the results of the first parts, whether the trial ends there.
        checkpoints: Numbers of parts after which it may be pruned.
        affinity: Key of what a part may find in a worker's cache; see :meth:`Runner.submit`.
    """

    count: int
    evaluate: Callable[[Any, PartJob[S]], R]
    combine: Callable[[Any, CombineJob[S, R]], TrialResult]
    is_pruned: Callable[[S, Sequence[R]], bool]
    checkpoints: Callable[[S], Collection[int]]
    affinity: Callable[[S, int], str]


@dataclass(frozen=True)
class ReadyJob:
    """A job of a trial, ready to be submitted.

    Attributes:
        function: Function to run.
        job: Its argument.
        limits: Its limits.
        affinity: See :meth:`Runner.submit`.
        part: Number of the part; the number of parts for the job that combines them.
    """

    function: Function
    job: Any
    limits: Limits
    affinity: str | None
    part: int


class TrialRun:
    """A running trial: its next job and its outcome.

    Attributes:
        number: Trial number.
        outcome: How the trial ended; ``None`` while it is open.
    """

    def __init__(
        self, number: int, suggestion: Any, evaluate: Function | Parts[Any, Any], limits: Limits, n_jobs: int
    ) -> None:
        """Start a trial.

        Args:
            number: Trial number.
            suggestion: What to try.
            evaluate: Runs the trial in one job, or divides it into parts.
            limits: Limits of the trial: the seconds apply to all parts together, the memory to each.
            n_jobs: Number of concurrent jobs.
        """
        self.number = number
        self.outcome: Outcome | None = None
        self._suggestion, self._limits, self._n_jobs = suggestion, limits, n_jobs
        self._evaluate = evaluate
        self._parts = evaluate if isinstance(evaluate, Parts) else None
        self._count = 1 if self._parts is None else self._parts.count
        self._checkpoints = () if self._parts is None else self._parts.checkpoints(suggestion)
        self._started = 0
        self._ended: dict[int, Outcome] = {}
        self._counted: list[Outcome] = []  # outcomes of the leading parts, without gaps
        self._combining = False

    @property
    def speedup(self) -> float:
        """Speedup of the trial over sequential parts, with all workers to itself."""
        return self._count / math.ceil(self._count / self._n_jobs)

    @property
    def has_job(self) -> bool:
        """Whether there is a job to run now."""
        return self._can_combine or (self._started < self._count and not self._is_decided)

    @property
    def is_speculative(self) -> bool:
        """Whether the next job may be wasted, because the trial may be pruned before it counts."""
        return not self._can_combine and any(len(self._counted) < after <= self._started for after in self._checkpoints)

    def next_job(self, seconds_left: float | None) -> ReadyJob:
        """Return the next job, given the search's remaining seconds."""
        limits = replace(self._limits, seconds_left=seconds_left)
        if limits.seconds is not None:
            limits = replace(limits, seconds=max(0.0, limits.seconds - self._seconds))
        if not isinstance(self._evaluate, Parts):
            self._started = 1
            return ReadyJob(self._evaluate, TrialJob(self.number, self._suggestion, seconds_left), limits, None, 0)
        if self._can_combine:
            self._combining = True
            results = tuple(outcome.value for outcome in self._counted)
            job = CombineJob(self.number, self._suggestion, results)
            return ReadyJob(self._evaluate.combine, job, limits, None, self._count)
        part, still_open = self._started, self._count - len(self._ended)
        self._started += 1
        rounds = math.ceil(still_open / self._n_jobs)
        part_job = PartJob(self.number, self._suggestion, seconds_left, part, still_open, rounds, self._seconds)
        affinity = self._evaluate.affinity(self._suggestion, part)
        return ReadyJob(self._evaluate.evaluate, part_job, limits, affinity, part)

    def add(self, part: int, outcome: Outcome) -> None:
        """Add the outcome of a job; ignored once the trial has ended."""
        if self.outcome is not None:
            return
        if part == self._count:
            self._end(outcome)
            return
        self._ended[part] = outcome
        while not self._is_decided and len(self._counted) in self._ended:
            self._counted.append(self._ended[len(self._counted)])
        if self._counted and not self._counted[-1].ok:
            self._end(self._counted.pop())
        elif self._is_late:
            self._end(Outcome(None, "timeout", "", 0.0, 0.0))
        elif self._is_decided and self._parts is None:
            self._end(self._counted.pop())

    @property
    def _is_decided(self) -> bool:
        """Whether all outcomes that count are available."""
        if not self._counted:
            return False
        if len(self._counted) == self._count or not self._counted[-1].ok:
            return True
        results = [outcome.value for outcome in self._counted]
        return self._parts is not None and self._parts.is_pruned(self._suggestion, results)

    @property
    def _can_combine(self) -> bool:
        return self._parts is not None and self._is_decided and self.outcome is None and not self._combining

    @property
    def _seconds(self) -> float:
        """Total seconds of the finished parts."""
        return sum(outcome.seconds for outcome in self._ended.values())

    @property
    def _is_late(self) -> bool:
        """Whether the parts that count together exceed the trial's time limit."""
        limit = self._limits.seconds
        return self._parts is not None and limit is not None and sum(o.seconds for o in self._counted) > limit

    def _end(self, last: Outcome) -> None:
        """Set the outcome to that of the last job, with total seconds and peak memory of all that count."""
        counted = [*self._counted, last]
        message = last.message
        if last.cause == "timeout" and self._limits.seconds is not None:
            message = f"over the time limit of {self._limits.seconds:.1f} s"
        seconds, peak = sum(o.seconds for o in counted), max(o.peak_mb for o in counted)
        self.outcome = replace(last, message=message, seconds=seconds, peak_mb=peak)
