"""Findings of data checks, and the wording that they share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from automl_flow.checks.context import CheckContext

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """A finding of a data check.

    Attributes:
        code: Stable identifier, for example ``"duplicate_rows"``, by which users accept findings.
        level: ``"info"`` is worth knowing, ``"warning"`` may harm the model, ``"error"`` makes it worthless.
        columns: The affected columns in table order; empty if the finding is about the whole table.
        message: The observation, with values and rows.
        action: The suggested remedy.
    """

    code: str
    level: Level
    columns: tuple[str, ...]
    message: str
    action: str

    def to_document(self) -> dict[str, Any]:
        """Return the finding as JSON-able values."""
        return {
            "code": self.code,
            "level": self.level,
            "columns": list(self.columns),
            "message": self.message,
            "action": self.action,
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Finding:
        """Restore a finding from :meth:`to_document`."""
        return cls(**{**document, "columns": tuple(document["columns"])})


@dataclass(frozen=True)
class Check:
    """A data check: a function from a table to findings.

    Attributes:
        about: What it looks for, in one line.
        run: Reads the table without changing it. A table without rows or without the target column gives no findings,
            because the mandatory expectations report those.
        for_samples: Whether it also applies to images and sequences, of which it sees a row each: a fingerprint of the
            values, the target and the split.
        target_only: Whether it reads nothing but the target; ``fit`` then shows it all rows of a large table.
        in_fit: Whether ``fit`` runs it, as validation does.
        requires: Names of modules that must be installed.
    """

    about: str
    run: Callable[[CheckContext], list[Finding]]
    for_samples: bool = False
    target_only: bool = False
    in_fit: bool = True
    requires: tuple[str, ...] = ()


def percent(share: float) -> str:
    """Format a fraction as a percentage, with enough digits to distinguish a small one from zero."""
    return f"{share:.1%}" if share >= 0.001 or share == 0 else f"{share:.2g}"


def counted(number: int, one: str, many: str) -> str:
    """Start a sentence: ``counted(1, "column holds", "columns hold")`` is ``1 column holds``."""
    return f"{number} {one if number == 1 else many}"


def at_rows(rows: Iterable[int]) -> str:
    """List row positions: ``first at rows 3, 7 (counted from 0)``."""
    positions = [str(row) for row in rows]
    return f"first at row{'s' if len(positions) != 1 else ''} {', '.join(positions)} (counted from 0)"
