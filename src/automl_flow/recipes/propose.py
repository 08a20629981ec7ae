"""The recipe of a table, proposed from its profile."""

from __future__ import annotations

import json

from automl_flow.core.config import parse_config
from automl_flow.core.errors import ConfigError, nearest
from automl_flow.recipes.config import ColumnConfig, RecipeConfig
from automl_flow.recipes.recipe import Recipe, RecipeStep
from automl_flow.recipes.step import STEPS, Options, StepSettings
from automl_flow.tasks.profile import ColumnProfile, Profile

_DROP = "drop"  # for columns that no other step takes
_UNORDERED = "categories"  # instead of a step of kind rank, for columns without an order


def propose_recipe(profile: Profile, config: RecipeConfig) -> Recipe:
    """Choose a step for every column.

    Columns that share a step and its options are grouped, in the order of the table, so that the same profile always
    gives the same document. Identifiers, constants and ignored columns go to the step ``drop``, with the reason.

    Args:
        profile: Roles and counts of the feature columns.
        config: Settings; those under ``columns`` win.

    Raises:
        ConfigError: ``columns`` names a column that the table does not have, or gives a step an option that it refuses.
    """
    names = [column.name for column in profile.columns]
    for name in config.columns:
        if name not in names:
            raise ConfigError(f"recipe.columns: the table has no column {name!r}{nearest(name, names)}")
    groups: dict[str, tuple[str, Options, list[str]]] = {}
    for column in profile.columns:
        step, options = _choose(column, config)
        key = json.dumps([step, options], sort_keys=True)
        groups.setdefault(key, (step, options, []))[2].append(column.name)
    steps = (_with_orders(RecipeStep(step, tuple(cols), options), profile) for step, options, cols in groups.values())
    return Recipe(tuple(sorted(steps, key=lambda step: (STEPS.get(step.name).kind is None, step.name))))


def _choose(column: ColumnProfile, config: RecipeConfig) -> tuple[str, Options]:
    """The step of a column, and its options."""
    own, settings = config.columns.get(column.name, ColumnConfig()), config.of(column.name)
    name = own.step or _by_role(column, settings)
    if STEPS.get(name).kind == "rank" and not column.order:
        name = _UNORDERED
    step = STEPS.get(name)
    options = {**step.configure(column, settings), **own.options}
    if own.step == _DROP:
        options["reason"] = "the configuration says so"
    if own.options:
        parse_config(step.options, options, f"recipe.columns.{column.name}.options")
    return name, options


def _by_role(column: ColumnProfile, settings: StepSettings) -> str:
    """The step that takes a column of this role by itself."""
    taking = [
        (-step.precedence, name)
        for name, step in STEPS.available().items()
        if column.role in step.roles and step.takes(column, settings)
    ]
    return min(taking)[1] if taking else _DROP


def _with_orders(step: RecipeStep, profile: Profile) -> RecipeStep:
    """Write the orders of ordered columns into their step, so that the recipe stands on its own."""
    if STEPS.get(step.name).kind != "rank":
        return step
    orders = {name: list(profile.column(name).order) for name in step.columns}
    return RecipeStep(step.name, step.columns, {**step.options, "orders": orders})
