"""Rules (expectations with a reason) and verdicts (what became of them), as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from automl_flow.expectations.config import ExpectationSpec, Severity

Origin = Literal["floor", "user"]


@dataclass(frozen=True)
class Rule:
    """One expectation of a suite.

    Attributes:
        expectation: Name in Great Expectations, in snake case.
        kwargs: Its arguments.
        severity: ``"critical"`` closes the gate.
        origin: ``"floor"`` for the rules that always hold, ``"user"`` for the user's suite.
        action: What to do where it fails.
    """

    expectation: str
    kwargs: dict[str, Any] = field(default_factory=dict)
    severity: Severity = "critical"
    origin: Origin = "floor"
    action: str = "Correct the data at the source, or the expectation."

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that the rule speaks of; empty for one on the whole table."""
        named = [self.kwargs[key] for key in ("column", "column_A", "column_B") if key in self.kwargs]
        return tuple(named + list(self.kwargs.get("column_list", [])))

    def __str__(self) -> str:
        """Return the rule as a call: name and arguments without the columns."""
        shown = {k: v for k, v in self.kwargs.items() if k not in ("column", "column_A", "column_B", "column_list")}
        return f"{self.expectation}({', '.join(f'{key}={value!r}' for key, value in shown.items())})"


@dataclass(frozen=True)
class Verdict:
    """What became of a rule.

    Attributes:
        rule: The rule.
        success: Whether it holds.
        observed: Observed value of a rule on a whole column or table, as plain JSON.
        unexpected: Number of cells that break it.
        examples: Some of these cells, as text.
        rows: Positions (from 0) of the first rows that break it.
        reason: Why it failed, where that does not follow from the above.
    """

    rule: Rule
    success: bool
    observed: Any = None
    unexpected: int = 0
    examples: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    reason: str = ""

    def describe(self) -> str:
        """Say in a line what was seen."""
        parts = [self.reason] if self.reason else []
        if self.observed is not None:
            parts.append(f"observed {self.observed!r}")
        if self.unexpected:
            parts.append(f"{self.unexpected} unexpected")
        if self.examples:
            parts.append(f"for example {', '.join(self.examples)}")
        if self.rows:
            parts.append(f"first rows {', '.join(map(str, self.rows))}")
        return "; ".join(parts)

    def to_document(self) -> dict[str, Any]:
        """Return the verdict as JSON-able values."""
        return {
            "expectation": self.rule.expectation,
            "kwargs": self.rule.kwargs,
            "columns": list(self.rule.columns),
            "severity": self.rule.severity,
            "origin": self.rule.origin,
            "success": self.success,
            "observed": self.observed,
            "unexpected": self.unexpected,
            "examples": list(self.examples),
            "rows": list(self.rows),
            "seen": self.describe(),
            "action": self.rule.action,
        }


def user_rules(specs: list[ExpectationSpec]) -> list[Rule]:
    """Turn the user's suite into rules; names are brought to snake case."""
    return [Rule(snake_case(spec.expectation), spec.kwargs, spec.severity, "user") for spec in specs]


def snake_case(name: str) -> str:
    """``ExpectColumnToExist`` → ``expect_column_to_exist``; names in snake case stay.

    A run of capitals is one word, as in ``ExpectColumnKLDivergenceToBeLessThan``, but the column letters of
    ``…ValuesAToBe…`` are words of their own; Great Expectations has the same rule.
    """
    import re

    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", words).lower()
