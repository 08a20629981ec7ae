"""Columns that no model sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automl_flow.core.config import Config
from automl_flow.recipes.step import Encoding, Options, Step, StepSettings
from automl_flow.tasks.profile import ColumnProfile


class DropOptions(Config):
    """Reason for dropping."""

    reason: str = ""


def build(options: DropOptions, encoding: Encoding, seed: int) -> None:
    """There is nothing to build."""


def configure(column: ColumnProfile, settings: StepSettings) -> Options:  # noqa: ARG001 - one signature for all
    """Give the column's role as the reason."""
    return {"reason": column.role}


def describe(options: Mapping[str, Any]) -> str:
    """Give the reason."""
    return f"because of: {options['reason']}" if "reason" in options else ""


ENTRY = Step(
    about="Columns that no model sees: identifiers, constants, and what a person leaves out.",
    kind=None,
    options=DropOptions,
    build=build,
    title="Columns that are not used",
    configure=configure,
    describe=describe,
)
