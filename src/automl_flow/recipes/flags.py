"""Booleans that are stored as such or as numbers: 0 and 1."""

from __future__ import annotations

from typing import Any

from automl_flow.core.config import Config
from automl_flow.recipes.config import Impute
from automl_flow.recipes.numbers import NumberOptions
from automl_flow.recipes.numbers import build as build_numbers
from automl_flow.recipes.step import Encoding, Step


class FlagOptions(Config):
    """What stands in for missing flags (see ``RecipeConfig``)."""

    impute: Impute = "auto"
    flags: bool = True


def build(options: FlagOptions, encoding: Encoding, seed: int) -> Any:
    """As numbers, but not scaled: 0 and 1 are on everybody's scale already."""
    return build_numbers(NumberOptions(impute=options.impute, flags=options.flags, scale="none"), encoding, seed)


ENTRY = Step(about="Booleans: 0 and 1.", kind="number", options=FlagOptions, build=build)
