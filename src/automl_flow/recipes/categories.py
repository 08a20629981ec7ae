"""Categories with few labels: one-hot, ranks by frequency, or pandas categories."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from automl_flow.core.config import Config
from automl_flow.recipes.step import Encoding, Step


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


ENTRY = Step(
    about="Categories with few labels: one-hot, numbered by frequency for trees, or left to models that read labels.",
    kind="label",
    options=CategoryOptions,
    build=build,
)
