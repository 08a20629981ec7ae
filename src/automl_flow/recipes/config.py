"""What a task may say about its preprocessing."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from automl_flow.core.config import Config

Impute = Literal["auto", "median", "mean", "most_frequent", "zero"]
Scale = Literal["clip", "standard", "robust", "quantile", "none"]
Analyzer = Literal["words", "characters"]
StepName = Literal["numbers", "flags", "ordered", "categories", "many_categories", "dates", "texts", "drop"]


class ColumnConfig(Config):
    """Settings of one column; what is ``None`` follows the table's settings.

    Attributes:
        step: The step that takes the column, instead of the one its role calls for.
        impute: What stands in for missing numbers.
        scale: How numbers are scaled for linear models, neighbours and networks.
        rare_category: Categories seen less often than this many times in training are pooled.
        text_components: Columns that a text becomes.
    """

    step: StepName | None = None
    impute: Impute | None = None
    scale: Scale | None = None
    rare_category: int | None = Field(default=None, ge=1, le=10**9)
    text_components: int | None = Field(default=None, ge=1, le=300)


class RecipeConfig(Config):
    """Settings of all columns, and exceptions for single ones.

    Attributes:
        impute: What stands in for missing numbers. ``auto`` leaves them to models that understand them (trees), and
            uses the centre of the scaled column elsewhere (the median, or the mean for ``standard``); any other value
            holds for all models. ``zero`` and the others refer to the scaled column where there is scaling.
        missing_flags: Whether imputed columns also get a 0/1 column that says where a value was missing.
        scale: ``clip`` centres on the median, divides by the quartile range and softly clips at ±3; ``quantile``
            makes every column normal; ``standard`` and ``robust`` are scikit-learn's.
        rare_category: Categories seen less often than this many times in training are pooled.
        many_categories: A column with more categories than this is target-encoded where it would be one-hot encoded.
        text_components: Columns that a text becomes.
        text_analyzer: Whether texts are taken apart into words (and pairs of them) or into pieces of 3–4 characters.
        columns: Exceptions by column name.
    """

    impute: Impute = "auto"
    missing_flags: bool = True
    scale: Scale = "clip"
    rare_category: int = Field(default=5, ge=1, le=10**9)
    many_categories: int = Field(default=30, ge=2, le=100_000)
    text_components: int = Field(default=20, ge=1, le=300)
    text_analyzer: Analyzer = "words"
    columns: dict[str, ColumnConfig] = Field(default_factory=dict)
