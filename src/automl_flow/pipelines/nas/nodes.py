"""Nodes of architecture search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from automl_flow.core.progress import console_progress
from automl_flow.features import FeaturePlan
from automl_flow.nas.network.model import NetworkModel
from automl_flow.nas.problem import NasProblem
from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.result import SelectedArchitecture
from automl_flow.recipes import Recipe
from automl_flow.study.budget import Clock
from automl_flow.study.history import SearchHistory
from automl_flow.study.notes import log_notes
from automl_flow.study.schedule import save_timeline
from automl_flow.tasks.profile import Profile
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import Split
from automl_flow.tasks.subsets import Subset

Found = tuple[SearchHistory, SelectedArchitecture, NetworkModel, dict[str, NDArray[Any]]]


def make_table_problem(
    train: Subset, split: Split, profile: Profile, recipe: Recipe, feature_plan: FeaturePlan, *, task: TaskSpec
) -> NasProblem:
    """The training rows of a table; all folds validate, so that the winner has out-of-fold predictions.

    Args:
        train: The training rows.
        split: Gives the folds.
        profile: Roles of the columns.
        recipe: Preprocessing steps, fitted inside each fold.
        feature_plan: Features, made inside each fold.
        task: The task.
    """
    return NasProblem(
        train.x,
        train.target,
        task,
        folds=split.local_folds(),
        weight=train.weight,
        recipe=recipe,
        profile=profile,
        plan=feature_plan,
    )


def make_samples_problem(train: Subset, task: TaskSpec) -> NasProblem:
    """The training images or sequences; the search holds back a part of them for validation."""
    return NasProblem(train.x, train.target, task)


def search(problem: NasProblem, config: NasConfig, state: Path) -> Found:
    """Trials, the selected architecture, its trained network, and predictions of rows that its trial had not seen."""
    clock = Clock(config.time_left_for_this_task)
    from automl_flow.nas.search.run import search_architecture  # loads torch, which takes a part of the time

    result = search_architecture(problem, config, state, console_progress(), clock=clock)
    log_notes(result.notes)
    save_timeline(state, result.timeline)
    history = SearchHistory(result.records, result.notes, result.reproduce)
    return history, SelectedArchitecture.of(result), result.network, {"rows": result.rows, "predictions": result.oof}
