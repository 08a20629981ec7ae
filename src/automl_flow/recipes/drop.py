"""Columns that no model sees."""

from __future__ import annotations

from automl_flow.core.config import Config
from automl_flow.recipes.step import Encoding, Step


class DropOptions(Config):
    """Why the columns are left out."""

    reason: str = ""


def build(options: DropOptions, encoding: Encoding, seed: int) -> None:
    """There is nothing to build."""


ENTRY = Step(
    about="Columns that no model sees: identifiers, constants, and what a person leaves out.",
    kind=None,
    options=DropOptions,
    build=build,
)
