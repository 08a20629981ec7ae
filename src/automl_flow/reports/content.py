"""What a report is made of: the results of all stages of a task, as one object."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from automl_flow.evaluation import Evaluation
from automl_flow.features.plan import FeaturePlan
from automl_flow.recipes.recipe import Recipe
from automl_flow.search.notes import Note
from automl_flow.search.records import TrialRecord
from automl_flow.tasks.metrics import Metric
from automl_flow.tasks.profile import Profile
from automl_flow.tasks.spec import TaskSpec


@dataclass(frozen=True)
class LeaderboardRow:
    """A model of the leaderboard.

    Attributes:
        name: What it is, for example ``"lightgbm #12"``.
        kind: What it is to the result.
        search_score: Its out-of-fold score by the task's metric; ``None`` for baselines.
        holdout_score: Its score on the holdout, if it was computed.
        weight: Its weight in the final model; 0 for a model that was not chosen.
    """

    name: str
    kind: Literal["ensemble", "candidate", "network", "baseline"]
    search_score: float | None = None
    holdout_score: float | None = None
    weight: float = 0.0


@dataclass(frozen=True)
class TrialPoint:
    """A trial of a search.

    Attributes:
        number: Trial number, from 0.
        state: ``complete``, ``failed`` or ``pruned``.
        score: Score by the metric; ``None`` where there is none.
        best: Best score up to this trial; ``None`` before the first.
        label: What was tried, in a word: the family, or the architecture's key.
        cause: Why it failed.
    """

    number: int
    state: str
    score: float | None
    best: float | None
    label: str
    cause: str = ""


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
    def failed(self) -> dict[str, int]:
        """Failed trials by cause."""
        causes = sorted(point.cause for point in self.points if point.state == "failed")
        return {cause: causes.count(cause) for cause in dict.fromkeys(causes)}


def trajectory(
    title: str, records: Sequence[TrialRecord], metric: Metric, label: Callable[[TrialRecord], str]
) -> Trajectory:
    """Turn the records of a search into a trajectory.

    Args:
        title: Which search.
        records: Its trials; the first of their values is the metric's loss.
        metric: Turns losses into scores.
        label: Names what a trial tried.
    """
    sign = -1.0 if metric.greater_is_better else 1.0
    points: list[TrialPoint] = []
    best: float | None = None
    for record in sorted(records, key=lambda record: record.number):
        score = sign * record.values[0] if record.values else None
        if score is not None and record.state == "complete":
            best = score if best is None else (max if metric.greater_is_better else min)(best, score)
        points.append(TrialPoint(record.number, record.state, score, best, label(record), record.cause or ""))
    return Trajectory(title, tuple(points))


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
class NetworkSection:
    """The network that a neural architecture search found.

    Attributes:
        drawings: The whole network, and the insides of its blocks.
        layers: Lines of a table of its layers in the order in which they run: number, what it is, module, numbers of
            the layers that it reads, output shape, parameters.
        parameters: Trainable parameters of one network.
        networks: Networks of this architecture, trained from different seeds, that the model averages.
        reasons: Sentences on why it won.
    """

    drawings: tuple[NetworkDrawing, ...]
    layers: tuple[tuple[str, ...], ...] = ()
    parameters: int | None = None
    networks: int = 1
    reasons: tuple[str, ...] = ()


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
