"""Ordered categories: their rank."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from automl_flow.recipes.numbers import NumberOptions, configure, describe
from automl_flow.recipes.numbers import build as build_numbers
from automl_flow.recipes.step import Encoding, Step


class OrderedOptions(NumberOptions):
    """As numbers, and the labels of each column from low to high."""

    orders: dict[str, list[str]] = Field(default_factory=dict)


def build(options: OrderedOptions, encoding: Encoding, seed: int) -> Any:
    """As numbers: the columns come as ranks, with labels outside the order as missing."""
    numbers = NumberOptions(impute=options.impute, flags=options.flags, scale=options.scale)
    return build_numbers(numbers, encoding, seed)


ENTRY = Step(
    about="Ordered categories: their rank, from 0; a label outside the order is missing.",
    kind="rank",
    options=OrderedOptions,
    build=build,
    title="Ordinal columns",
    roles=("ordinal",),
    configure=configure,
    describe=describe,
)
