"""Preprocessing steps: the interface, the settings that steps go by, and the registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from automl_flow.core.config import Config, parse_config
from automl_flow.core.registry import Registry
from automl_flow.tasks.profile import ColumnProfile
from automl_flow.tasks.types import Role

Encoding = Literal["scaled", "ordinal", "native"]
ENCODINGS: tuple[Encoding, ...] = ("scaled", "ordinal", "native")

# The type that a column has when it reaches a step: float64 (NaN where missing), pandas category of text labels,
# rank in a given order (float64), datetime64, or text ("" where missing).
Kind = Literal["number", "label", "rank", "date", "text"]

Impute = Literal["auto", "median", "mean", "most_frequent", "zero"]
Scale = Literal["clip", "standard", "robust", "quantile", "none"]
Analyzer = Literal["words", "characters"]
Options = dict[str, Any]  # JSON-able


class StepSettings(Config):
    """Settings of preprocessing that steps turn into options: a table's, or those of one column.

    Attributes:
        impute: Replacement for missing numbers. ``auto`` leaves them to models that understand them (trees), and uses
            the centre of the scaled column elsewhere (the median, or the mean for ``standard``); any other value holds
            for all models. ``zero`` and the others refer to the scaled column where there is scaling.
        missing_flags: Whether imputed columns also get a 0/1 column that marks missing values.
        scale: ``clip`` centres on the median, divides by the quartile range and softly clips at ±3; ``quantile``
            makes every column normal; ``standard`` and ``robust`` are scikit-learn's.
        rare_category: Categories seen less often than this many times in training are pooled.
        many_categories: A column with more categories than this is target-encoded where it would be one-hot encoded.
        text_components: Components per text column.
        text_analyzer: Whether texts are split into words (and pairs of them) or into pieces of 3–4 characters.
    """

    impute: Impute = "auto"
    missing_flags: bool = True
    scale: Scale = "clip"
    rare_category: int = Field(default=5, ge=1, le=10**9)
    many_categories: int = Field(default=30, ge=2, le=100_000)
    text_components: int = Field(default=20, ge=1, le=300)
    text_analyzer: Analyzer = "words"


def _takes_all(column: ColumnProfile, settings: StepSettings) -> bool:  # noqa: ARG001 - one signature for all
    return True


def _defaults(column: ColumnProfile, settings: StepSettings) -> Options:  # noqa: ARG001 - one signature for all
    return {}


def list_options(options: Mapping[str, Any]) -> str:
    """Name every option with its value."""
    return ", ".join(f"{key}: {value}" for key, value in sorted(options.items()))


@dataclass(frozen=True)
class Step:
    """One preprocessing step; a file here or in ``automl_flow_extensions/recipes`` exports one as ``ENTRY``.

    Attributes:
        about: What it does, in one sentence.
        kind: Type that its columns are given before they reach it; ``None`` for a step that drops its columns. A step
            of kind ``rank`` has an option ``orders``: the labels of each of its columns, from low to high.
        options: Model of its options.
        build: ``build(options, encoding, seed)`` returns an unfitted transformer, which takes a DataFrame of columns
            of *kind*; ``None`` drops the columns. A module-level function, because it travels to worker processes.
        title: Name of its columns in reports, for example ``"Numeric columns"``; empty: the step's name.
        roles: Roles of the columns that it takes by default. A step without roles takes only columns for which the
            settings name it.
        takes: ``(column, settings) -> bool``: whether it takes a column that has one of *roles*.
        precedence: Of several steps that take a column, the one with the highest precedence gets it. Ours have 0.
        configure: ``(column, settings)`` returns the options of a column; those left out have the step's defaults.
            Columns with equal options share one step.
        describe: Puts options in words for reports.
        skops_types: Full names of the types of its fitted transformers, beyond scikit-learn's that are on the fixed
            list (``serialization.skops``).
        requires: Modules that must be installed.
    """

    about: str
    kind: Kind | None
    options: type[Config]
    build: Callable[[Any, Encoding, int], Any | None]
    title: str = ""
    roles: tuple[Role, ...] = ()
    takes: Callable[[ColumnProfile, StepSettings], bool] = _takes_all
    precedence: int = 0
    configure: Callable[[ColumnProfile, StepSettings], Options] = _defaults
    describe: Callable[[Mapping[str, Any]], str] = list_options
    skops_types: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()

    def transformer(self, options: Options, encoding: Encoding, seed: int, source: str) -> Any | None:
        """Check *options* and build the transformer.

        Raises:
            ConfigError: An option is unknown or has a value that is not allowed; *source* is named.
        """
        return self.build(parse_config(self.options, options, source), encoding, seed)


STEPS: Registry[Step] = Registry("automl_flow.recipes", "preprocessing step")
