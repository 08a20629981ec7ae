"""The recipe: the preprocessing step of every column, as a document."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

from automl_flow.core.documents import read_object
from automl_flow.recipes.step import STEPS, list_options

_SHOWN = 6


@dataclass(frozen=True)
class RecipeStep:
    """One step for some columns.

    Attributes:
        name: Name of the step.
        columns: Columns that it takes.
        options: JSON-able options of the step; those left out have the step's defaults.
    """

    name: str
    columns: tuple[str, ...]
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Recipe:
    """Steps for disjoint sets of columns; nothing in it is fitted, so it can be shared by all folds."""

    steps: tuple[RecipeStep, ...]

    def step_of(self, column: str) -> str | None:
        """Name of the step that takes *column*; ``None`` when there is none."""
        return next((step.name for step in self.steps if column in step.columns), None)

    def describe(self) -> list[str]:
        """One readable line per step."""
        return [_describe(step) for step in self.steps]

    def to_document(self) -> dict[str, Any]:
        """The recipe as a JSON document."""
        steps = [{"name": s.name, "columns": list(s.columns), "options": dict(s.options)} for s in self.steps]
        return {"steps": steps}

    @classmethod
    def from_document(cls, document: Any) -> Self:
        """Read what :meth:`to_document` gave."""
        return read_object(cls, document)


def _describe(step: RecipeStep) -> str:
    shown = ", ".join(step.columns[:_SHOWN])
    more = len(step.columns) - _SHOWN
    columns = f"{shown} and {more} more" if more > 0 else shown
    known = STEPS.available().get(step.name)  # none where an extension is gone
    told = known.describe(step.options) if known else list_options(step.options)
    return f"{(known and known.title) or step.name}: {columns}" + (f" – {told}" if told else "")
