"""The searches of a task: trials in order, failures, and notes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from automl_flow.study.history import SearchHistory
from automl_flow.study.notes import Note
from automl_flow.study.trial import TrialRecord
from automl_flow.tasks.metrics import Metric
from automl_flow.tasks.spec import TaskSpec

MODEL_SEARCH = "model search"
ARCHITECTURE_SEARCH = "architecture search"
NETWORK = "searched network"


@dataclass(frozen=True)
class TrialPoint:
    """A trial of a search.

    Attributes:
        number: Trial number, from 0, as in the log and in the journal.
        state: ``complete``, ``failed`` or ``pruned``.
        score: Score by the metric; ``None`` where there is none.
        best: Best score up to this trial, among those that were trained as long as any; ``None`` before the first.
        label: What was tried, in a word: the family, or the kind of network.
        cause: Why it failed, in a word.
        message: Why it failed, as the error said it.
        params: Its hyper-parameters.
        epochs: Epochs that it was trained for, where a search trains only the better ones to the end.
        repeats: Number of an earlier trial that tried the same.
    """

    number: int
    state: str
    score: float | None
    best: float | None
    label: str
    cause: str = ""
    message: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    epochs: int | None = None
    repeats: int | None = None


@dataclass(frozen=True)
class Failure:
    """Trials that failed for the same reason.

    Attributes:
        cause: The reason in a word: memory, timeout, data, implementation or budget.
        message: What the error said.
        trials: Their numbers.
    """

    cause: str
    message: str
    trials: tuple[int, ...]


@dataclass(frozen=True)
class Trajectory:
    """How a search went.

    Attributes:
        title: Which search.
        points: Its trials in order.
    """

    title: str
    points: tuple[TrialPoint, ...]

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Failed trials by what went wrong, in the order of their first trials."""
        found: dict[tuple[str, str], list[int]] = {}
        for point in self.points:
            if point.state == "failed":
                found.setdefault((point.cause, point.message), []).append(point.number)
        return tuple(Failure(cause, message, tuple(trials)) for (cause, message), trials in found.items())

    @property
    def rungs(self) -> tuple[int, ...]:
        """How many epochs trials were trained for, from few to many; empty where that is not a question."""
        return tuple(sorted({point.epochs for point in self.points if point.epochs is not None}))


def trajectory(
    title: str, records: Sequence[TrialRecord], metric: Metric, label: Callable[[TrialRecord], str]
) -> Trajectory:
    """Turn the records of a search into a trajectory.

    Args:
        title: Which search.
        records: Its trials; the first of their values is the metric's loss. Those that have ``epochs`` are compared
            with trials of as many epochs alone.
        metric: Turns losses into scores.
        label: Names what a trial tried.
    """
    longest = max(
        (record.attrs["epochs"] for record in records if _is_scored(record) and "epochs" in record.attrs), default=None
    )
    points: list[TrialPoint] = []
    best = math.inf
    for record in sorted(records, key=lambda record: record.number):
        loss = record.values[0] if record.values and "duplicate_of" not in record.attrs else None
        if loss is not None and _is_scored(record) and record.attrs.get("epochs") == longest:
            best = min(best, loss)
        score = None if loss is None else metric.from_loss(loss)
        points.append(_point(record, score, metric.from_loss(best) if best < math.inf else None, label(record)))
    return Trajectory(title, tuple(points))


def _is_scored(record: TrialRecord) -> bool:
    return record.state == "complete" and "duplicate_of" not in record.attrs


def _point(record: TrialRecord, score: float | None, best: float | None, label: str) -> TrialPoint:
    params = record.attrs.get("params", record.params)
    return TrialPoint(
        number=record.number,
        state=record.state,
        score=score,
        best=best,
        label=label,
        cause=record.cause or "",
        message=record.message,
        params={str(name).removeprefix(f"{label}."): value for name, value in params.items()},
        epochs=record.attrs.get("epochs"),
        repeats=record.attrs.get("duplicate_of"),
    )


def describe_search(title: str, history: SearchHistory, task: TaskSpec) -> Trajectory:
    """How a search went, trial by trial.

    Args:
        title: ``MODEL_SEARCH`` or ``ARCHITECTURE_SEARCH``.
        history: Its trials.
        task: Gives the metric.
    """
    label = (lambda _: NETWORK) if title == ARCHITECTURE_SEARCH else _family
    return trajectory(title, history.records, task.scorer(), label)


def _family(record: TrialRecord) -> str:
    """Family of a trial; of one that failed, the names of its parameters begin with it."""
    named = (name.partition(".")[0] for name in record.params)
    return str(record.attrs.get("family") or next(named, "unknown family"))


def notes_of(searches: Mapping[str, SearchHistory]) -> tuple[Note, ...]:
    """What the reader should know of searches, given by their titles: serious notes first."""
    named = [(title.capitalize(), note) for title, history in searches.items() for note in history.notes]
    notes = (Note(f"{name}: {note}", note.serious) for name, note in named)
    return tuple(sorted(notes, key=lambda note: not note.serious))
