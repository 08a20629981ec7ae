"""What a data check says, as data: a level, the columns, what was seen, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from automl_flow.checks.view import TableView
from automl_flow.core.errors import shown

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """One thing that was noticed in a table.

    Attributes:
        code: Stable name of the kind of finding, for example ``"duplicate_rows"``; users accept findings by it.
        level: ``"info"`` is worth knowing, ``"warning"`` may harm the model, ``"error"`` makes it worthless.
        columns: The columns concerned, in the order of the table; empty when the whole table is.
        message: What was seen, with values and rows.
        action: What a person can do.
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
        """Restore what :meth:`to_document` gave."""
        return cls(**{**document, "columns": tuple(document["columns"])})


@dataclass(frozen=True)
class Check:
    """One check: a function from a table to findings.

    Attributes:
        about: One line on what is looked for.
        run: Looks at the table and never changes it. A table without rows or without the target column gives
            no findings rather than an exception: the floor of the validation suite speaks of those.
        requires: Names of modules that must be installed.
    """

    about: str
    run: Callable[[TableView], list[Finding]]
    requires: tuple[str, ...] = ()


def listed(items: Iterable[object], limit: int = 5) -> str:
    """Put the first *limit* items in a sentence, as messages show names: ``a, b and 3 more``."""
    values = list(items)
    told = ", ".join(shown(value, 200) for value in values[:limit])
    rest = len(values) - limit
    return f"{told} and {rest} more" if rest > 0 else told


def percent(share: float) -> str:
    """Write a share of rows, with enough digits to tell a small one from none."""
    return f"{share:.1%}" if share >= 0.001 or share == 0 else f"{share:.2g}"


def counted(number: int, one: str, many: str) -> str:
    """Begin a sentence: ``counted(1, "column holds", "columns hold")`` is ``1 column holds``."""
    return f"{number} {one if number == 1 else many}"


def at_rows(rows: Iterable[int]) -> str:
    """Name rows by their positions: ``first at rows 3, 7 (counted from 0)``."""
    positions = [str(row) for row in rows]
    return f"first at row{'s' if len(positions) != 1 else ''} {', '.join(positions)} (counted from 0)"
