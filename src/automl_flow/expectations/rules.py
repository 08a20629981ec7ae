"""Rules (expectations with a remedy) and their results, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from automl_flow.expectations.config import ExpectationSpec, Severity

Origin = Literal["mandatory", "user"]


@dataclass(frozen=True)
class Rule:
    """An expectation of a suite.

    Attributes:
        expectation: Name in Great Expectations, in snake case.
        kwargs: Its arguments.
        severity: ``"critical"`` fails the validation.
        origin: ``"mandatory"`` for rules that always apply, ``"user"`` for the user's suite.
        action: What to do if it fails.
    """

    expectation: str
    kwargs: dict[str, Any] = field(default_factory=dict)
    severity: Severity = "critical"
    origin: Origin = "mandatory"
    action: str = "Correct the data at the source, or the expectation."

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the rule; empty for a rule on the whole table."""
        named = [self.kwargs[key] for key in ("column", "column_A", "column_B") if key in self.kwargs]
        return tuple(named + list(self.kwargs.get("column_list", [])))

    def __str__(self) -> str:
        """Return the rule as a call: name and arguments without the columns."""
        shown = {k: v for k, v in self.kwargs.items() if k not in ("column", "column_A", "column_B", "column_list")}
        return f"{self.expectation}({', '.join(f'{key}={value!r}' for key, value in shown.items())})"


@dataclass(frozen=True)
class RuleResult:
    """The result of a rule.

    Attributes:
        rule: The rule.
        success: Whether it holds.
        observed: Observed value of a rule on a whole column or table, as plain JSON.
        unexpected: Number of cells that violate it.
        examples: Some of these cells, as text.
        rows: Positions (from 0) of the first rows that violate it.
        reason: Why it failed, if not because of such cells.
    """

    rule: Rule
    success: bool
    observed: Any = None
    unexpected: int = 0
    examples: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    reason: str = ""

    def describe(self) -> str:
        """Describe the observation in one line."""
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
        """Return the result as JSON-able values."""
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
    """Return the user's suite as rules, with names in snake case."""
    return [Rule(snake_case(spec.expectation), spec.kwargs, spec.severity, "user") for spec in specs]


def snake_case(name: str) -> str:
    """Convert ``ExpectColumnToExist`` to ``expect_column_to_exist``; snake case stays.

    A run of capitals is one word, as in ``ExpectColumnKLDivergenceToBeLessThan``, but the column letters of
    ``…ValuesAToBe…`` are separate words, as in Great Expectations.
    """
    import re

    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", words).lower()
