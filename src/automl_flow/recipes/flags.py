"""Booleans that are stored as such or as numbers: 0 and 1."""

from __future__ import annotations

from typing import Any

from automl_flow.core.config import Config
from automl_flow.recipes.numbers import NumberOptions, describe
from automl_flow.recipes.numbers import build as build_numbers
from automl_flow.recipes.step import Encoding, Impute, Options, Step, StepSettings
from automl_flow.tasks.profile import ColumnProfile

_TYPED = ("bool", "int", "uint", "float")  # booleans that are numbers already


class FlagOptions(Config):
    """What replaces missing flags (see ``StepSettings``)."""

    impute: Impute = "auto"
    flags: bool = True


def build(options: FlagOptions, encoding: Encoding, seed: int) -> Any:
    """As numbers, but unscaled: 0 and 1 suit all models."""
    return build_numbers(NumberOptions(impute=options.impute, flags=options.flags, scale="none"), encoding, seed)


def takes(column: ColumnProfile, settings: StepSettings) -> bool:  # noqa: ARG001 - one signature for all
    """Take what is stored as booleans or numbers; texts such as yes and no are categories."""
    return column.dtype.lower().startswith(_TYPED)


def configure(column: ColumnProfile, settings: StepSettings) -> Options:  # noqa: ARG001 - one signature for all
    """Follow the settings."""
    return {"impute": settings.impute, "flags": settings.missing_flags}


ENTRY = Step(
    about="Booleans: 0 and 1.",
    kind="number",
    options=FlagOptions,
    build=build,
    title="Boolean columns",
    roles=("boolean",),
    takes=takes,
    configure=configure,
    describe=describe,
)
