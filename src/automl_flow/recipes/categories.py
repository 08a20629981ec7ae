"""Categories with few labels: one-hot, ranks by frequency, or pandas categories."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from automl_flow.core.config import Config
from automl_flow.recipes.flags import takes as is_typed_flag
from automl_flow.recipes.step import Encoding, Options, Step, StepSettings
from automl_flow.tasks.profile import ColumnProfile


class CategoryOptions(Config):
    """Categories seen less often than *rare* times in training are pooled."""

    rare: int = Field(default=5, ge=1)


def build(options: CategoryOptions, encoding: Encoding, seed: int) -> Any:  # noqa: ARG001 - every step has a seed
    """One column per label, one number per label, or the labels themselves."""
    from automl_flow.recipes.transformers.label_ranks import LabelRanks
    from automl_flow.recipes.transformers.one_hot_labels import OneHotLabels
    from automl_flow.recipes.transformers.pooled_labels import PooledLabels

    transformers = {"scaled": OneHotLabels, "ordinal": LabelRanks, "native": PooledLabels}
    return transformers[encoding](rare=options.rare)


def takes(column: ColumnProfile, settings: StepSettings) -> bool:
    """Take columns with few categories, and booleans stored as text."""
    if column.role == "boolean":
        return not is_typed_flag(column, settings)
    return column.unique <= settings.many_categories


def configure(column: ColumnProfile, settings: StepSettings) -> Options:  # noqa: ARG001 - one signature for all
    """Follow the settings."""
    return {"rare": settings.rare_category}


def describe(options: Mapping[str, Any]) -> str:
    """Describe the pooling."""
    return f"levels with fewer than {options['rare']} rows are merged" if "rare" in options else ""


ENTRY = Step(
    about="Categories with few labels: one-hot, numbered by frequency for trees, or left as categories.",
    kind="label",
    options=CategoryOptions,
    build=build,
    title="Categorical columns",
    roles=("boolean", "categorical"),
    takes=takes,
    configure=configure,
    describe=describe,
    skops_types=(
        "automl_flow.recipes.transformers.label_ranks.LabelRanks",
        "automl_flow.recipes.transformers.one_hot_labels.OneHotLabels",
        "automl_flow.recipes.transformers.pooled_labels.PooledLabels",
    ),
)
