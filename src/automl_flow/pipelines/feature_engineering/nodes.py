"""Nodes of feature engineering."""

from __future__ import annotations

from automl_flow.core.progress import console_progress
from automl_flow.features import FeatureConfig, FeaturePlan, plan_features
from automl_flow.recipes import Recipe
from automl_flow.tasks.profile import Profile
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import Split
from automl_flow.tasks.subsets import Subset


def plan(
    train: Subset, split: Split, profile: Profile, recipe: Recipe, *, task: TaskSpec, config: FeatureConfig
) -> FeaturePlan:
    """Features that lower the out-of-fold loss, and columns that carry nothing but noise."""
    return plan_features(
        train.x,
        train.target,
        task,
        profile,
        recipe,
        folds=split.local_folds(),
        config=config,
        seed=config.seed,
        progress=console_progress(),
    )
