"""Settings of preprocessing."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from automl_flow.core.config import Config
from automl_flow.core.errors import nearest
from automl_flow.recipes.step import STEPS, Impute, Scale, StepSettings


class ColumnConfig(Config):
    """Settings of one column; what is ``None`` follows the table's settings.

    Attributes:
        step: Step of the column; ``None``: the one that takes columns of its role.
        options: Options of the step that override those from the settings.
        impute: Replacement for missing numbers.
        scale: How numbers are scaled for linear models, neighbours and networks.
        rare_category: Categories seen less often than this many times in training are pooled.
        text_components: Components of a text column.
    """

    step: str | None = None
    options: dict[str, Any] = Field(default_factory=dict)
    impute: Impute | None = None
    scale: Scale | None = None
    rare_category: int | None = Field(default=None, ge=1, le=10**9)
    text_components: int | None = Field(default=None, ge=1, le=300)

    @field_validator("step")
    @classmethod
    def _known(cls, step: str | None) -> str | None:
        if step is not None and step not in STEPS.names():
            raise ValueError(f"unknown preprocessing step{nearest(step, STEPS.names())}")
        return step


class RecipeConfig(StepSettings):
    """Settings of all columns, and exceptions for single ones.

    Attributes:
        columns: Exceptions by column name.
    """

    columns: dict[str, ColumnConfig] = Field(default_factory=dict)

    def of(self, column: str) -> StepSettings:
        """Settings of one column."""
        if column not in self.columns:
            return self
        own = self.columns[column].model_dump(exclude_none=True, exclude={"step", "options"})
        return StepSettings(**{**self.model_dump(exclude={"columns"}), **own})
