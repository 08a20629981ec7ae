"""The feature plan: features to make, columns to drop, and the reasons, as a document."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

from automl_flow.core.documents import read_object
from automl_flow.core.errors import DataError, nearest
from automl_flow.core.seeds import derive_seed
from automl_flow.features.generator import GENERATORS
from automl_flow.recipes.preprocessor import ColumnBlock


@dataclass(frozen=True)
class PlannedFeatures:
    """One proposal of a feature generator, and its outcome.

    Attributes:
        name: Name of the generator.
        columns: Raw columns that it takes.
        options: JSON-able options of the generator.
        gain: Mean decrease of the out-of-fold loss; ``None`` when it was not evaluated.
        kept: Whether the features are made.
        reason: Why it was kept or not, for the report.
    """

    name: str
    columns: tuple[str, ...]
    options: dict[str, Any] = field(default_factory=dict)
    gain: float | None = None
    kept: bool = True
    reason: str = ""


@dataclass(frozen=True)
class FeaturePlan:
    """What is made from the columns of a table before they are encoded; nothing in it is fitted.

    Attributes:
        proposals: All proposals, kept or not, in the order in which they were evaluated.
        dropped: Raw columns that models do not see, because they carry no more than noise.
    """

    proposals: tuple[PlannedFeatures, ...] = ()
    dropped: tuple[str, ...] = ()

    @property
    def kept(self) -> tuple[PlannedFeatures, ...]:
        """The proposals that are carried out."""
        return tuple(proposal for proposal in self.proposals if proposal.kept)

    def blocks(self, names: dict[str, str], seed: int) -> list[ColumnBlock]:
        """One block of the preprocessor for each kept proposal.

        Args:
            names: Name of the typed column by raw name.
            seed: For generators with a random part.

        Raises:
            DataError: The plan names a column that the table does not have.
            ConfigError: The plan names an unknown generator or option.
        """
        return [_block(number, planned, names, seed) for number, planned in enumerate(self.kept)]

    def describe(self) -> list[str]:
        """One readable line per proposal, and one for the dropped columns."""
        lines = [
            f"{'kept' if p.kept else 'left out'}: {p.name} of {', '.join(p.columns[:6])}"
            f"{f' and {len(p.columns) - 6} more' if len(p.columns) > 6 else ''} ({p.reason})"
            for p in self.proposals
        ]
        return [*lines, f"columns without use: {', '.join(self.dropped)}"] if self.dropped else lines

    def to_document(self) -> dict[str, Any]:
        """The plan as a JSON document."""
        proposals = [{**vars(p), "columns": list(p.columns), "options": dict(p.options)} for p in self.proposals]
        return {"proposals": proposals, "dropped": list(self.dropped)}

    @classmethod
    def from_document(cls, document: Any) -> Self:
        """Read what :meth:`to_document` gave."""
        return read_object(cls, document)


def _block(number: int, planned: PlannedFeatures, names: dict[str, str], seed: int) -> ColumnBlock:
    for column in planned.columns:
        if column not in names:
            raise DataError(f"feature plan, {planned.name}: no column {column!r}{nearest(column, names)}")
    generator = GENERATORS.get(planned.name)
    own_seed = derive_seed(seed, "feature", planned.name, number)
    transformer = generator.transformer(planned.options, own_seed, f"feature plan, {planned.name}")
    columns = tuple(names[column] for column in planned.columns)
    return ColumnBlock(f"+{number}.{planned.name}", columns, transformer, generator.step, {})
