"""What a feature maker is, what it is told about the table, and the registry of the makers in this package."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from automl_flow.core.config import Config, parse_config
from automl_flow.core.registry import Registry


@dataclass(frozen=True)
class Evidence:
    """What is known about a table when features are proposed.

    Attributes:
        n_rows: Training rows.
        n_outputs: Number of classes, or 1 in regression.
        numbers: Columns of numbers and ordered categories, strongest first.
        labels: Columns of categories, strongest first.
        dates: Columns of dates.
        texts: Columns of free text.
        missing: Share of missing values of every column, 0…1.
        unique: Distinct values of every column.
        strong: How many of the strongest columns are worth combining.
    """

    n_rows: int
    n_outputs: int
    numbers: tuple[str, ...]
    labels: tuple[str, ...]
    dates: tuple[str, ...]
    texts: tuple[str, ...]
    missing: dict[str, float]
    unique: dict[str, int]
    strong: int = 6


@dataclass(frozen=True)
class Proposal:
    """Features that a maker could make.

    Attributes:
        columns: Raw columns that they are made of.
        options: JSON-able options of the maker; columns appear in them as positions in *columns*.
        size: Number of features.
    """

    columns: tuple[str, ...]
    options: dict[str, Any] = field(default_factory=dict)
    size: int = 1


@dataclass(frozen=True)
class Maker:
    """A kind of feature.

    Attributes:
        about: What it makes, in one sentence.
        step: Preprocessing step that encodes what it makes.
        order: Place in the order in which makers are judged; cheap and general ones come first.
        options: Model of its options.
        propose: Says what could be made of a table; two proposals never make the same feature.
        build: ``build(options, seed)`` returns an unfitted transformer, which takes a DataFrame of typed columns (see
            ``recipes.step.Kind``) and returns numbers, or a DataFrame of categories.
        requires: Modules that must be installed.
    """

    about: str
    step: Literal["numbers", "many_categories"]
    order: int
    options: type[Config]
    propose: Callable[[Evidence], list[Proposal]]
    build: Callable[[Any, int], Any]
    requires: tuple[str, ...] = ()

    def transformer(self, options: dict[str, Any], seed: int, source: str) -> Any:
        """Check *options* and build the transformer.

        Raises:
            ConfigError: An option is unknown or has a value that is not allowed; *source* is named.
        """
        return self.build(parse_config(self.options, options, source), seed)


def narrowed(proposal: Proposal, importance: Sequence[float]) -> Proposal:
    """Keep the pairs of a proposal (its option ``pairs``) that matter as much as the average feature of the proposal.

    Args:
        proposal: What was proposed; returned as it is when it has no pairs, or when all matter alike.
        importance: Of each of its features; every pair has the same number of them, in the order of the pairs.
    """
    pairs = proposal.options.get("pairs", [])
    if len(pairs) < 2 or len(importance) % len(pairs):
        return proposal
    each = len(importance) // len(pairs)
    weight = [sum(importance[each * i : each * (i + 1)]) for i in range(len(pairs))]
    kept = [pair for pair, share in zip(pairs, weight, strict=True) if share >= sum(weight) / len(pairs)]
    if len(kept) == len(pairs):
        return proposal
    return Proposal(proposal.columns, {**proposal.options, "pairs": kept}, each * len(kept))


class NoOptions(Config):
    """There is nothing to choose."""


MAKERS: Registry[Maker] = Registry("automl_flow.features", "feature maker")
