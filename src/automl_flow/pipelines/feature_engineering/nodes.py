"""Nodes of feature engineering."""

from __future__ import annotations

import pandas as pd

from automl_flow.core.progress import console_progress
from automl_flow.features import FeatureConfig, FeaturePlan, plan_features
from automl_flow.pipelines.parts import cut_table
from automl_flow.recipes import Recipe
from automl_flow.tasks.profile import Profile
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import Split


def plan(
    table: pd.DataFrame, split: Split, profile: Profile, recipe: Recipe, *, task: TaskSpec, config: FeatureConfig
) -> FeaturePlan:
    """Features that lower the out-of-fold loss, and columns that carry nothing but noise."""
    parts = cut_table(table, task, split)
    return plan_features(
        parts.train.x,
        parts.train.target,
        task,
        profile,
        recipe,
        folds=parts.folds,
        config=config,
        seed=config.seed,
        progress=console_progress(),
    )
