"""The results of all stages of a task, as the report and the model card show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import packages_distributions, version
from typing import Any, Literal, Self

from automl_flow.evaluation import Evaluation
from automl_flow.features.planning.plan import FeaturePlan
from automl_flow.models import FAMILIES
from automl_flow.recipes.recipe import Recipe
from automl_flow.reports.networks import NetworkSection
from automl_flow.reports.searches import Trajectory
from automl_flow.study.notes import Note
from automl_flow.tabular.candidate import WeightedCandidates
from automl_flow.tasks.profile import Profile
from automl_flow.tasks.spec import TaskSpec

_LIBRARIES = ("automl_flow", "scikit-learn", "torch", "optuna", "pandas", "numpy")


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


def candidate_rows(candidates: WeightedCandidates, task: TaskSpec) -> tuple[LeaderboardRow, ...]:
    """A row for every candidate; its weight is its share of the ensemble."""
    metric = task.scorer()
    return tuple(
        LeaderboardRow(
            candidate.name,
            "candidate",
            metric.from_loss(candidate.loss),
            weight=weight,
            level=2,
            trial=candidate.number,
            params=candidate.params,
        )
        for candidate, weight in zip(candidates.candidates, candidates.weights, strict=True)
    )


@dataclass(frozen=True)
class SearchSummary:
    """What the searches of a task did and found.

    Attributes:
        trajectories: One for each search.
        notes: What one would not expect of the searches, the serious ones first.
        network: The network that architecture search found.
        architecture: The row of that network in the leaderboard, without its holdout score.
        candidates: Rows of the candidates of model search; their weights are shares of the ensemble.
    """

    trajectories: tuple[Trajectory, ...]
    notes: tuple[Note, ...]
    network: NetworkSection
    architecture: LeaderboardRow
    candidates: tuple[LeaderboardRow, ...] = ()


@dataclass(frozen=True)
class ReportData:
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

    @classmethod
    def of(
        cls,
        task: TaskSpec,
        evaluation: Evaluation,
        findings: Mapping[str, Any],
        searches: SearchSummary,
        leaderboard: tuple[LeaderboardRow, ...],
    ) -> Self:
        """Return what there is to show of every kind of data."""
        return cls(
            task,
            evaluation,
            findings,
            leaderboard,
            searches.trajectories,
            network=searches.network,
            commands=commands(task),
            versions=versions(),
            notes=searches.notes,
        )


def commands(task: TaskSpec) -> tuple[tuple[str, str], ...]:
    """Commands that make the result again."""
    return (
        (f"kedro run --pipelines={task.name}", "run this task from the raw file to this report"),
        (f"dvc repro {task.name}-evaluation", "the same, but only stages that are not up to date"),
        (f"dvc pull {task.name}-evaluation", "fetch the results from a DVC remote instead"),
    )


def versions() -> dict[str, str]:
    """Versions of the libraries that shape a result, those of the model families included, by distribution."""
    modules = dict.fromkeys(module for family in FAMILIES.available().values() for module in family.requires)
    distributions = packages_distributions()
    theirs = dict.fromkeys(name for module in modules for name in distributions.get(module, ()))
    return {name: version(name) for name in (*_LIBRARIES, *theirs)}
