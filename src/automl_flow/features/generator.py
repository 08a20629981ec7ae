"""Feature generators: the interface, what they know of a table, and the registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from automl_flow.core.config import Config, parse_config
from automl_flow.core.registry import Registry


@dataclass(frozen=True)
class FeatureContext:
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
    """Features that a generator could make.

    Attributes:
        columns: Raw columns that they are made from.
        options: JSON-able options of the generator; columns appear in them as positions in *columns*.
        size: Number of features.
    """

    columns: tuple[str, ...]
    options: dict[str, Any] = field(default_factory=dict)
    size: int = 1


@dataclass(frozen=True)
class FeatureGenerator:
    """A kind of feature; a file of this package, or of ``automl_flow_extensions/features``, exports one as ``ENTRY``.

    Attributes:
        about: What it makes, in one sentence.
        step: Preprocessing step that encodes what it makes: ``numbers``, ``many_categories`` or another.
        order: Place in the order in which proposals are evaluated; cheap and general ones come first.
        options: Model of its options.
        propose: Says what could be made from a table; two proposals never make the same feature.
        build: ``build(options, seed)`` returns an unfitted transformer, which takes a DataFrame of typed columns (see
            ``recipes.step.Kind``) and returns numbers, or a DataFrame of categories.
        skops_types: Full names of the types of its fitted transformers, beyond those on the fixed list
            (``serialization.skops``).
        requires: Modules that must be installed.
    """

    about: str
    step: str
    order: int
    options: type[Config]
    propose: Callable[[FeatureContext], list[Proposal]]
    build: Callable[[Any, int], Any]
    skops_types: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()

    def transformer(self, options: dict[str, Any], seed: int, source: str) -> Any:
        """Check *options* and build the transformer.

        Raises:
            ConfigError: An option is unknown or has a value that is not allowed; *source* is named.
        """
        return self.build(parse_config(self.options, options, source), seed)


class NoOptions(Config):
    """There is nothing to choose."""


GENERATORS: Registry[FeatureGenerator] = Registry("automl_flow.features", "feature generator")
