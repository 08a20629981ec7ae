"""Nodes of feature engineering."""

from __future__ import annotations

from typing import Any

import pandas as pd

from automl_flow.core.progress import console_progress
from automl_flow.features import FeatureConfig, plan_features
from automl_flow.pipelines.parts import cut_table
from automl_flow.recipes import Recipe
from automl_flow.tasks.profile import Profile
from automl_flow.tasks.spec import TaskSpec

Document = dict[str, Any]


def plan(
    table: pd.DataFrame, split: Document, profile: Document, recipe: Document, *, task: TaskSpec, config: FeatureConfig
) -> Document:
    """Features that lower the out-of-fold loss, and columns that carry nothing but noise."""
    parts = cut_table(table, task, split)
    found = plan_features(
        parts.train.x,
        parts.train.target,
        task,
        Profile.from_document(profile),
        Recipe.from_document(recipe),
        folds=parts.folds,
        config=config,
        seed=config.seed,
        progress=console_progress(),
    )
    return found.to_document()
