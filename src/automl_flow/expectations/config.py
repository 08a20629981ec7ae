"""Settings of the validation stage, and the user's suite."""

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
    """An expectation of the user's suite.

    Attributes:
        expectation: Name in Great Expectations, for example ``expect_column_values_to_be_between`` (or
            ``ExpectColumnValuesToBeBetween``).
        kwargs: Its arguments, ``column`` among them; a ``row_condition`` compares columns with values.
        severity: ``critical`` fails the validation, ``warning`` and ``info`` are reported.
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
    """Settings of the validation stage; mandatory expectations (``expectations.mandatory``) always apply.

    Attributes:
        minimum_rows: Minimum number of rows, at least 2.
        required_columns: Columns that must exist and hold values, in addition to those that the task names.
        maximum_missing_target: Maximum fraction of rows with a missing target; such rows are dropped.
        drop_duplicate_rows: Keep only the first of several equal rows.
        expectations: The user's suite.
        accept: Codes of findings of level "error" that do not fail the validation.
        stop_at: Lowest level that fails the validation.
    """

    minimum_rows: int = Field(default=20, ge=2, le=10**12)
    required_columns: list[str] = Field(default_factory=list)
    maximum_missing_target: float = Field(default=0.5, ge=0, lt=1)
    drop_duplicate_rows: bool = False
    expectations: list[ExpectationSpec] = Field(default_factory=list)
    accept: list[str] = Field(default_factory=list)
    stop_at: Literal["error", "warning"] = "error"


def parse_suite(items: Any, source: str) -> list[ExpectationSpec]:
    """Parse a user's suite: a list of ``{expectation, kwargs, severity}``.

    Args:
        items: The content of the file.
        source: The file, for messages.

    Raises:
        ConfigError: It is not a list, an entry is malformed, or it is empty: a suite that checks nothing must not look
            like one that passed.
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
