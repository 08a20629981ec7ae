"""Trials: their jobs, results and records."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar

from automl_flow.execution.outcome import Outcome

State = Literal["complete", "failed", "pruned"]
NO_TIME = "not run, or not to its end: the time of the search was over"  # message of what the clock ended


S = TypeVar("S")


@dataclass(frozen=True)
class TrialJob(Generic[S]):
    """One trial on its way to a worker.

    Attributes:
        number: Trial number.
        suggestion: What to try; each search has a type of its own.
        seconds_left: Seconds of the search's time when the job is submitted; ``None`` is no limit. Seconds, not a point
            in time: the clock of another machine shows another one.
    """

    number: int
    suggestion: S
    seconds_left: float | None = None


class Facts(Protocol):
    """Facts of an evaluation besides its losses; each search has a type of its own."""

    def to_document(self) -> dict[str, Any]:
        """The facts as JSON-able values, for the journal and for :attr:`TrialRecord.attrs`."""


@dataclass(frozen=True)
class TrialResult:
    """Result of a trial's evaluation.

    Attributes:
        values: Losses, one for each objective; all are minimised. A pruned trial may have none.
        facts: Facts for the record. Large results belong in the result store.
        intermediate: Values at steps, for Optuna's pruners and plots (one objective only).
        pruned: The trial was given up early, on purpose.
    """

    values: tuple[float, ...]
    facts: Facts
    intermediate: Mapping[int, float] = field(default_factory=dict)
    pruned: bool = False

    @property
    def attrs(self) -> Mapping[str, Any]:
        """The facts as JSON-able values."""
        return self.facts.to_document()


@dataclass(frozen=True)
class TrialRecord:
    """A trial that has ended.

    Attributes:
        number: Trial number, from 0.
        params: Parameters that were suggested.
        values: Losses, one for each objective; ``None`` for a failed trial.
        state: How it ended.
        cause: Why it failed: memory, timeout, data, implementation, or budget (not started, for lack of time).
        message: Error text and last printed lines of a failed trial.
        seconds: Wall-clock seconds of the evaluation.
        peak_mb: Largest resident memory of its process in MiB.
        attrs: Facts that the evaluation returned, as JSON-able values.
    """

    number: int
    params: Mapping[str, Any]
    values: tuple[float, ...] | None
    state: State
    cause: str | None = None
    message: str = ""
    seconds: float = 0.0
    peak_mb: float = 0.0
    attrs: Mapping[str, Any] = field(default_factory=dict)
    intermediate: Mapping[int, float] = field(default_factory=dict)

    @classmethod
    def of_outcome(cls, number: int, params: Mapping[str, Any], outcome: Outcome) -> TrialRecord:
        """Record of an outcome; a non-finite objective counts as a failure."""
        if not outcome.ok:
            return cls(number, params, None, "failed", outcome.cause, outcome.message, outcome.seconds, outcome.peak_mb)
        evaluation: TrialResult = outcome.value
        finite = all(math.isfinite(value) for value in evaluation.values)
        state: State = "pruned" if evaluation.pruned else "complete" if finite else "failed"
        return cls(
            number=number,
            params=params,
            values=evaluation.values if finite and evaluation.values else None,
            state=state,
            cause="data" if state == "failed" else None,
            message=f"the objective is not finite: {evaluation.values}" if state == "failed" else "",
            seconds=outcome.seconds,
            peak_mb=outcome.peak_mb,
            attrs=evaluation.attrs,
            intermediate=evaluation.intermediate,
        )

    def to_entry(self, elapsed: float) -> dict[str, Any]:
        """The record as a journal entry; *elapsed* is the search's runtime so far in seconds."""
        return {**vars(self), "params": dict(self.params), "elapsed": elapsed}

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> TrialRecord:
        """Read what :meth:`to_entry` returned, after a round trip through JSON."""
        values = entry["values"]
        fields = {key: value for key, value in entry.items() if key != "elapsed"}
        fields["values"] = None if values is None else tuple(float(value) for value in values)
        fields["intermediate"] = {int(step): float(value) for step, value in entry["intermediate"].items()}
        return cls(**fields)

    def __str__(self) -> str:
        """Number and values, or the reason why there are none."""
        if self.values is None:
            return f"trial {self.number} {self.state}: {self.cause or ''}"
        return f"trial {self.number}: {', '.join(f'{value:.5g}' for value in self.values)}"
