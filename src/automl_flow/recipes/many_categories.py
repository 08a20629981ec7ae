"""Categories with many labels: cross-fitted target means, or pandas categories."""

from __future__ import annotations

from typing import Any

from automl_flow.recipes.categories import CategoryOptions, configure, describe
from automl_flow.recipes.numbers import NumberOptions
from automl_flow.recipes.numbers import build as build_numbers
from automl_flow.recipes.step import Encoding, Scale, Step, StepSettings
from automl_flow.tasks.profile import ColumnProfile

_SCALE: Scale = "standard"


def build(options: CategoryOptions, encoding: Encoding, seed: int) -> Any:
    """Target means (scaled where models need it), or the labels themselves."""
    from sklearn.pipeline import make_pipeline

    from automl_flow.recipes.transformers.pooled_labels import PooledLabels
    from automl_flow.recipes.transformers.target_means import TargetMeans

    if encoding == "native":
        return PooledLabels(rare=options.rare)
    means = TargetMeans(seed=seed)
    if encoding == "ordinal":
        return means
    return make_pipeline(means, build_numbers(NumberOptions(scale=_SCALE, flags=False), encoding, seed))


def takes(column: ColumnProfile, settings: StepSettings) -> bool:
    """Take columns with more categories than ``StepSettings.many_categories``."""
    return column.unique > settings.many_categories


ENTRY = Step(
    about="Categories with many labels: means of the target, cross-fitted; or left to models that take categories.",
    kind="label",
    options=CategoryOptions,
    build=build,
    title="Categorical columns with many levels",
    roles=("categorical",),
    takes=takes,
    configure=configure,
    describe=describe,
    skops_types=(
        "automl_flow.recipes.transformers.pooled_labels.PooledLabels",
        "automl_flow.recipes.transformers.target_means.TargetMeans",
    ),
)
