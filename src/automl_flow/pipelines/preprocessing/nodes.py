"""Nodes of preprocessing."""

from __future__ import annotations

from typing import Any

import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from automl_flow.core.config import Config
from automl_flow.recipes.config import RecipeConfig
from automl_flow.recipes.propose import propose_recipe
from automl_flow.recipes.recipe import Recipe
from automl_flow.tasks.arrays import ArrayData
from automl_flow.tasks.profile import Profile, profile_table
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import Split, SplitConfig, make_split
from automl_flow.tasks.tables import time_of
from automl_flow.tasks.target import encode_target


class SamplesPreprocessing(Config):
    """Settings for images and sequences.

    Attributes:
        split: Holdout and folds.
    """

    split: SplitConfig = Field(default_factory=SplitConfig)


class TablePreprocessing(SamplesPreprocessing):
    """Settings for tables.

    Attributes:
        recipe: How columns are prepared.
    """

    recipe: RecipeConfig = Field(default_factory=RecipeConfig)


def split_table(table: pd.DataFrame, task: TaskSpec, config: TablePreprocessing) -> Split:
    """Positions of the holdout and of the folds, by the task's groups, time or given split where it has them."""

    def column(name: str | None) -> NDArray[Any] | None:
        return None if name is None else table[name].to_numpy()

    target = encode_target(table[task.target], task)
    groups, time, given = column(task.group), time_of(table, task), column(task.split_column)
    return make_split(target, config.split, groups=groups, time=time, given=given)


def split_samples(data: ArrayData, task: TaskSpec, config: SamplesPreprocessing) -> Split:
    """Positions of the holdout and of the folds, by the given split where the data have one."""
    return make_split(encode_target(data.y, task), config.split, given=data.split)


def describe_columns(table: pd.DataFrame, task: TaskSpec) -> Profile:
    """Role and counts of every feature column."""
    return profile_table(table, task)


def propose_steps(profile: Profile, config: TablePreprocessing) -> Recipe:
    """A step for every column, to be fitted inside every fold."""
    return propose_recipe(profile, config.recipe)
