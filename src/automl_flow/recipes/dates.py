"""Dates and times: calendar parts, elapsed days, and cycles for models that cannot split."""

from __future__ import annotations

from typing import Any

from automl_flow.recipes.numbers import NumberOptions, configure, describe
from automl_flow.recipes.numbers import build as build_numbers
from automl_flow.recipes.step import Encoding, Step


def build(options: NumberOptions, encoding: Encoding, seed: int) -> Any:
    """Calendar parts, then as numbers; sines and cosines only where models are smooth."""
    from sklearn.pipeline import make_pipeline

    from automl_flow.recipes.transformers.calendar_parts import CalendarParts

    return make_pipeline(CalendarParts(cyclic=encoding == "scaled"), build_numbers(options, encoding, seed))


ENTRY = Step(
    about="Dates and times: year, month, day, weekday, day of the year, hour, minute and elapsed days.",
    kind="date",
    options=NumberOptions,
    build=build,
    title="Date columns",
    roles=("datetime",),
    configure=configure,
    describe=describe,
    skops_types=("automl_flow.recipes.transformers.calendar_parts.CalendarParts",),
)
