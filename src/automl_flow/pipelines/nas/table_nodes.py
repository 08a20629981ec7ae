"""Nodes of architecture search for tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from automl_flow.core.progress import console_progress
from automl_flow.features import FeaturePlan
from automl_flow.nas.problem import NasProblem
from automl_flow.nas.search.config import NasConfig
from automl_flow.pipelines.nas.found import Found, unpack
from automl_flow.pipelines.parts import cut_table
from automl_flow.recipes import Recipe
from automl_flow.study.budget import Clock
from automl_flow.tasks.profile import Profile
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import Split


def search_table(
    table: pd.DataFrame,
    split: Split,
    profile: Profile,
    recipe: Recipe,
    feature_plan: FeaturePlan,
    *,
    task: TaskSpec,
    config: NasConfig,
    state: Path,
) -> Found:
    """Search a network for a table; trials are judged on all folds, so that the winner has out-of-fold predictions."""
    clock = Clock(config.time_left_for_this_task)
    from automl_flow.nas.search.run import search_architecture  # loads torch, which takes a part of the time

    parts = cut_table(table, task, split)
    problem = NasProblem(
        parts.train.x,
        parts.train.target,
        task,
        folds=parts.folds,
        weight=parts.train.weight,
        recipe=recipe,
        profile=profile,
        plan=feature_plan,
    )
    return unpack(search_architecture(problem, config, state, console_progress(), clock=clock))
