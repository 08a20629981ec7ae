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
from automl_flow.tasks.subsets import Subset, all_rows
from automl_flow.tasks.tables import time_of


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


def split_table(table: pd.DataFrame, task: TaskSpec, config: TablePreprocessing) -> tuple[Split, Subset, Subset]:
    """Divide a table, by the task's groups, time or given split where it has them.

    Returns:
        Positions of the holdout and of the folds; the training rows; the holdout.
    """

    def column(name: str | None) -> NDArray[Any] | None:
        return None if name is None else table[name].to_numpy()

    whole = all_rows(table, task)
    groups, time, given = column(task.group), time_of(table, task), column(task.split_column)
    split = make_split(whole.target, config.split, groups=groups, time=time, given=given)
    return split, whole.take(split.train), whole.take(split.holdout)


def split_samples(data: ArrayData, task: TaskSpec, config: SamplesPreprocessing) -> tuple[Split, Subset, Subset]:
    """Divide images or sequences, by the given split where the data have one; see :func:`split_table`."""
    whole = all_rows(data, task)
    split = make_split(whole.target, config.split, given=data.split)
    return split, whole.take(split.train), whole.take(split.holdout)


def describe_columns(table: pd.DataFrame, task: TaskSpec) -> Profile:
    """Role and counts of every feature column."""
    return profile_table(table, task)


def propose_steps(profile: Profile, config: TablePreprocessing) -> Recipe:
    """A step for every column, to be fitted inside every fold."""
    return propose_recipe(profile, config.recipe)
