"""Nodes of model search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from automl_flow.core.progress import console_progress
from automl_flow.features import FeaturePlan
from automl_flow.models import FAMILIES
from automl_flow.recipes import Recipe
from automl_flow.study.history import SearchHistory
from automl_flow.study.notes import log_notes
from automl_flow.study.schedule import log_timeline, save_timeline
from automl_flow.tabular.candidate import WeightedCandidates
from automl_flow.tabular.config import SearchConfig
from automl_flow.tabular.ensemble.model import TabularModel
from automl_flow.tabular.fit import fit, make_timeline
from automl_flow.tabular.problem import TabularProblem
from automl_flow.tabular.session.session import open_session
from automl_flow.tasks.profile import Profile
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import Split
from automl_flow.tasks.subsets import Subset

Found = tuple[SearchHistory, WeightedCandidates, dict[str, NDArray[Any]], TabularModel]


def make_problem(
    train: Subset, split: Split, profile: Profile, recipe: Recipe, feature_plan: FeaturePlan, *, task: TaskSpec
) -> TabularProblem:
    """The training rows, and how they are encoded.

    Args:
        train: The training rows.
        split: Gives the folds.
        profile: Roles of the columns.
        recipe: Preprocessing steps, fitted inside each fold.
        feature_plan: Features, made inside each fold.
        task: The task.
    """
    return TabularProblem(
        X=train.x,
        target=train.target,
        task=task,
        profile=profile,
        recipe=recipe,
        plan=feature_plan,
        folds=split.local_folds(),
        weight=train.weight,
    )


def search(problem: TabularProblem, config: SearchConfig, state: Path) -> Found:
    """Trials, candidates with their weights, their out-of-fold predictions, and the ensemble of the best.

    Raises:
        BudgetError: No trial finished, and ``if_nothing_finished`` does not ask for a constant then.
    """
    with open_session(problem, FAMILIES.available(), config, state, console_progress()) as session:
        timeline = make_timeline(session)
        built = fit(session, timeline)
    log_notes(built.notes)
    log_timeline(timeline.rows())
    save_timeline(state, timeline.rows())
    found = built.result
    history = SearchHistory(tuple(found.records), built.notes, built.reproduce)
    weights, trajectory = built.selection.weights.tolist(), built.selection.trajectory
    chosen = WeightedCandidates(tuple(found.candidates), tuple(weights), trajectory)
    return history, chosen, {"rows": found.rows, "predictions": found.oof}, built.model
