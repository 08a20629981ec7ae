"""The feature plan: which features are made, which columns models do not see, and why; as a document."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

from automl_flow.core.documents import read_object
from automl_flow.core.errors import DataError, nearest
from automl_flow.core.seeds import derive_seed
from automl_flow.features.maker import MAKERS
from automl_flow.recipes.preprocessor import Block


@dataclass(frozen=True)
class PlannedMaker:
    """One proposal of a feature maker, and what became of it.

    Attributes:
        name: Name of the maker: the stem of its file in this package.
        columns: Raw columns that it takes.
        options: JSON-able options of the maker.
        gain: Mean decrease of the out-of-fold loss; ``None`` when it was not judged.
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
    """What is made of the columns of a table before they are encoded; nothing in it is fitted.

    Attributes:
        makers: All proposals, kept or not, in the order in which they were judged.
        dropped: Raw columns that models do not see, for they carry no more than noise.
    """

    makers: tuple[PlannedMaker, ...] = ()
    dropped: tuple[str, ...] = ()

    @property
    def kept(self) -> tuple[PlannedMaker, ...]:
        """The proposals that are carried out."""
        return tuple(maker for maker in self.makers if maker.kept)

    def blocks(self, names: dict[str, str], seed: int) -> list[Block]:
        """One block of the preprocessor for each kept maker.

        Args:
            names: Name of the typed column by raw name.
            seed: For makers with a random part.

        Raises:
            DataError: The plan names a column that the table does not have.
            ConfigError: The plan names an unknown maker or option.
        """
        return [self._block(number, maker, names, seed) for number, maker in enumerate(self.kept)]

    def describe(self) -> list[str]:
        """One readable line per proposal, and one for the dropped columns."""
        lines = [
            f"{'kept' if m.kept else 'left out'}: {m.name} of {', '.join(m.columns[:6])}"
            f"{f' and {len(m.columns) - 6} more' if len(m.columns) > 6 else ''} ({m.reason})"
            for m in self.makers
        ]
        return [*lines, f"columns without use: {', '.join(self.dropped)}"] if self.dropped else lines

    def to_document(self) -> dict[str, Any]:
        """The plan as a JSON document."""
        makers = [
            {
                "name": maker.name,
                "columns": list(maker.columns),
                "options": dict(maker.options),
                "gain": maker.gain,
                "kept": maker.kept,
                "reason": maker.reason,
            }
            for maker in self.makers
        ]
        return {"makers": makers, "dropped": list(self.dropped)}

    @classmethod
    def from_document(cls, document: Any) -> Self:
        """Read what :meth:`to_document` gave."""
        return read_object(cls, document)

    @staticmethod
    def _block(number: int, planned: PlannedMaker, names: dict[str, str], seed: int) -> Block:
        for column in planned.columns:
            if column not in names:
                raise DataError(f"feature plan, {planned.name}: no column {column!r}{nearest(column, names)}")
        maker = MAKERS.get(planned.name)
        maker_seed = derive_seed(seed, "feature", planned.name, number)
        transformer = maker.transformer(planned.options, maker_seed, f"feature plan, {planned.name}")
        columns = tuple(names[column] for column in planned.columns)
        return Block(f"+{number}.{planned.name}", columns, transformer, maker.step, {})
