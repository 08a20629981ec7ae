"""From the profile of a table to its recipe."""

from __future__ import annotations

import json
from typing import Any

from automl_flow.core.errors import ConfigError, nearest
from automl_flow.recipes.config import ColumnConfig, RecipeConfig
from automl_flow.recipes.recipe import Recipe, RecipeStep
from automl_flow.tasks.profile import ColumnProfile, Profile

_TYPED_FLAGS = ("bool", "int", "uint", "float")  # booleans that are numbers already


def propose_recipe(profile: Profile, config: RecipeConfig) -> Recipe:
    """Choose a step for every column.

    Columns that share a step and its options stand together, in the table's order, so that the same profile always
    gives the same document. Identifiers, constants and ignored columns go to the step ``drop``, with the reason.

    Args:
        profile: Roles and counts of the feature columns.
        config: Settings; those under ``columns`` win.

    Raises:
        ConfigError: ``columns`` names a column that the table does not have.
    """
    names = [column.name for column in profile.columns]
    for name in config.columns:
        if name not in names:
            raise ConfigError(f"recipe.columns: the table has no column {name!r}{nearest(name, names)}")
    groups: dict[str, tuple[str, dict[str, Any], list[str]]] = {}
    for column in profile.columns:
        step, options = _step(column, config)
        key = json.dumps([step, options], sort_keys=True)
        groups.setdefault(key, (step, options, []))[2].append(column.name)
    steps = (_merge_orders(RecipeStep(step, tuple(cols), options), profile) for step, options, cols in groups.values())
    return Recipe(tuple(sorted(steps, key=lambda step: (step.name == "drop", step.name))))


def _step(column: ColumnProfile, config: RecipeConfig) -> tuple[str, dict[str, Any]]:
    own = config.columns.get(column.name, ColumnConfig())
    step = own.step or _step_of_role(column, config)
    if step == "ordered" and not column.order:
        step = "categories"
    numbers = {"impute": own.impute or config.impute, "flags": config.missing_flags}
    rare = {"rare": own.rare_category or config.rare_category}
    scaled = {**numbers, "scale": own.scale or config.scale}
    text = {"components": own.text_components or config.text_components, "analyzer": config.text_analyzer}
    options: dict[str, dict[str, Any]] = {
        "numbers": scaled,
        "flags": numbers,
        "ordered": scaled,
        "dates": scaled,
        "categories": rare,
        "many_categories": rare,
        "texts": text,
        "drop": {"reason": column.role if own.step is None else "the configuration says so"},
    }
    return step, options[step]


def _step_of_role(column: ColumnProfile, config: RecipeConfig) -> str:
    if column.role == "boolean":
        return "flags" if column.dtype.lower().startswith(_TYPED_FLAGS) else "categories"
    if column.role == "categorical":
        return "many_categories" if column.unique > config.many_categories else "categories"
    by_role = {"numeric": "numbers", "ordinal": "ordered", "datetime": "dates", "text": "texts"}
    return by_role.get(column.role, "drop")


def _merge_orders(step: RecipeStep, profile: Profile) -> RecipeStep:
    """Write the orders of ordered columns into their step, so that the recipe stands on its own."""
    if step.name != "ordered":
        return step
    orders = {name: list(profile.column(name).order) for name in step.columns}
    return RecipeStep(step.name, step.columns, {**step.options, "orders": orders})
