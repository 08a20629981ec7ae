"""The recipe: which preprocessing step every column goes through, as a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from automl_flow.core.documents import read_object

_SHOWN = 6
_KINDS = {
    "numbers": "Numeric columns",
    "flags": "Boolean columns",
    "ordered": "Ordinal columns",
    "dates": "Date columns",
    "categories": "Categorical columns",
    "many_categories": "Categorical columns with many levels",
    "texts": "Text columns",
    "drop": "Columns that are not used",
}


@dataclass(frozen=True)
class RecipeStep:
    """One step for some columns.

    Attributes:
        name: Name of the step: the stem of its file in this package.
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
    if step.name not in _KINDS:  # of an extension
        options = ", ".join(f"{key}: {value}" for key, value in sorted(step.options.items()))
        return f"{step.name}: {columns}" + (f" ({options})" if options else "")
    told = _told(step.options)
    return f"{_KINDS[step.name]}: {columns}" + (f" – {told}" if told else "")


def _told(options: Mapping[str, Any]) -> str:
    """What the options of a step of ours do, in words; what has its default is not there and not told."""
    if "reason" in options:
        return f"because of: {options['reason']}"
    if "rare" in options:
        return f"levels with fewer than {options['rare']} rows are merged"
    if "components" in options:
        return f"{options['components']} components of {options.get('analyzer', 'words')}"
    always: list[str] = []
    others: list[str] = []  # for models other than trees
    if "impute" in options:
        flagged = " and flagged" if options.get("flags") else ""
        how = "" if options["impute"] == "auto" else f" ({options['impute'].replace('_', ' ')})"
        (others if options["impute"] == "auto" else always).append(f"missing values imputed{how}{flagged}")
    scale = options.get("scale", "none")
    if scale != "none":
        others.append("outliers clipped" if scale == "clip" else f"scaled ({scale})")
    if others:
        always.append(f"for models other than trees {', '.join(others)}")
    return "; ".join(always)
