"""What a report is made of: the results of all stages of a task, as one object."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from automl_flow.evaluation import Evaluation
from automl_flow.features.planning.plan import FeaturePlan
from automl_flow.recipes.recipe import Recipe
from automl_flow.study.notes import Note
from automl_flow.study.trial import TrialRecord
from automl_flow.tasks.metrics import Metric
from automl_flow.tasks.profile import Profile
from automl_flow.tasks.spec import TaskSpec


@dataclass(frozen=True)
class LeaderboardRow:
    """A model of the leaderboard.

    Attributes:
        name: What it is, for example ``"lightgbm-12"``.
        kind: What it is to the result.
        search_score: Its score by the search, by the task's metric; ``None`` for baselines.
        holdout_score: Its score on the holdout, if it was computed.
        weight: Its share of the final model; 0 for a model that was not chosen. On each level the shares add up to
            that of the row that they are parts of.
        level: 0 for the model, 1 for its parts, 2 for the parts of these.
        trial: Number of its trial.
        params: Its hyper-parameters.
    """

    name: str
    kind: Literal["ensemble", "candidate", "network", "baseline"]
    search_score: float | None = None
    holdout_score: float | None = None
    weight: float = 0.0
    level: int = 0
    trial: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


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


@dataclass(frozen=True)
class NetworkDrawing:
    """A picture of a network or of the inside of a block.

    Attributes:
        svg: An SVG document.
        title: What it shows.
        width: Its natural width in pixels.
    """

    svg: str
    title: str
    width: int


@dataclass(frozen=True)
class NetworkPoint:
    """A network that an architecture search has tried.

    Attributes:
        trial: Number of its trial.
        parameters: Trainable parameters of one such network.
        score: Score in the search.
        epochs: Epochs after which it was measured.
        on_front: No smaller network that was trained as long is as good.
    """

    trial: int
    parameters: int
    score: float
    epochs: int
    on_front: bool


@dataclass(frozen=True)
class NetworkSection:
    """The network that a neural architecture search found.

    Attributes:
        drawings: The whole network, and the insides of its blocks.
        layers: Lines of a table of its layers in the order in which they run: number, what it is, module, numbers of
            the layers that it reads, output shape, parameters.
        parameters: Trainable parameters of one network.
        networks: Networks of this architecture, trained from different seeds, that the model averages.
        reasons: Sentences on why it won.
        tried: All networks of the search that have a score.
        trial: Number of the trial that won.
        reference: Number of the trial of the space's plain reference network.
    """

    drawings: tuple[NetworkDrawing, ...]
    layers: tuple[tuple[str, ...], ...] = ()
    parameters: int | None = None
    networks: int = 1
    reasons: tuple[str, ...] = ()
    tried: tuple[NetworkPoint, ...] = ()
    trial: int = 0
    reference: int = 0


@dataclass(frozen=True)
class ReportContent:
    """Everything that the report and the model card show.

    Attributes:
        task: The task.
        evaluation: The verdict of the holdout.
        findings: The document of the validation stage.
        leaderboard: Models, the best first.
        trajectories: One for each search.
        profile: Columns of the table (tabular tasks).
        recipe: Preprocessing (tabular tasks).
        plan: Features (tabular tasks).
        network: The network, where there is one.
        commands: Shell commands that reproduce the result, each with what it does.
        versions: Versions of the libraries that made the model.
        notes: What one would not expect of the searches, the serious ones first: they stand above everything else.
    """

    task: TaskSpec
    evaluation: Evaluation
    findings: Mapping[str, Any]
    leaderboard: tuple[LeaderboardRow, ...] = ()
    trajectories: tuple[Trajectory, ...] = ()
    profile: Profile | None = None
    recipe: Recipe | None = None
    plan: FeaturePlan | None = None
    network: NetworkSection | None = None
    commands: tuple[tuple[str, str], ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
