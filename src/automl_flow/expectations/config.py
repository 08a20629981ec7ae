"""What a user may set about validation."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from automl_flow.core.config import Config, parse_config
from automl_flow.core.errors import ConfigError
from automl_flow.core.yaml import read_yaml
from automl_flow.expectations.arguments import check_arguments

Severity = Literal["critical", "warning", "info"]


class ExpectationSpec(Config):
    """One expectation of the user's own suite.

    Attributes:
        expectation: Name in Great Expectations, for example ``expect_column_values_to_be_between`` (or
            ``ExpectColumnValuesToBeBetween``).
        kwargs: Its arguments, ``column`` among them; a ``row_condition`` compares columns with values.
        severity: ``critical`` closes the gate, ``warning`` and ``info`` are reported.
    """

    expectation: str
    kwargs: dict[str, Any] = Field(default_factory=dict)
    severity: Severity = "critical"

    @field_validator("kwargs")
    @classmethod
    def _values_only(cls, kwargs: dict[str, Any]) -> dict[str, Any]:
        check_arguments(kwargs)
        return kwargs


class ValidationConfig(Config):
    """Settings of the validation stage. The floor (see ``expectations.floor``) cannot be switched off.

    Attributes:
        minimum_rows: Fewest rows that are accepted, at least 2.
        required_columns: Columns that must exist and hold values, beside those that the task names.
        maximum_missing_target: Largest accepted share of rows without a target; such rows are dropped.
        drop_duplicate_rows: Keep only the first of rows that are equal in every column.
        expectations: The user's own suite.
        accept: Codes of findings of level "error" that shall not close the gate.
        stop_at: Whether warnings close the gate, too.
    """

    minimum_rows: int = Field(default=20, ge=2, le=10**12)
    required_columns: list[str] = Field(default_factory=list)
    maximum_missing_target: float = Field(default=0.5, ge=0, lt=1)
    drop_duplicate_rows: bool = False
    expectations: list[ExpectationSpec] = Field(default_factory=list)
    accept: list[str] = Field(default_factory=list)
    stop_at: Literal["error", "warning"] = "error"


def parse_suite(items: Any, source: str) -> list[ExpectationSpec]:
    """Read a user's suite: a plain list of ``{expectation, kwargs, severity}``.

    Args:
        items: The content of the file.
        source: Where it stands, for messages.

    Raises:
        ConfigError: It is not a list, it is empty (a suite that checks nothing must not look like one that
            passed), or an entry is malformed.
    """
    if not isinstance(items, list):
        raise ConfigError(f"{source}: a suite is a list of expectations, got {type(items).__name__}")
    if not items:
        raise ConfigError(f"{source}: the suite is empty and would check nothing; add expectations or remove the file")
    return [parse_config(ExpectationSpec, item, f"{source}[{position}]") for position, item in enumerate(items)]


def read_suite(path: Path) -> list[ExpectationSpec]:
    """Read a user's suite from a YAML or JSON file; see :func:`parse_suite`."""
    path = Path(path)
    items = read_yaml(path)
    return parse_suite(items if items is not None else [], str(path))
