"""Validation with Great Expectations: mandatory expectations, the user's suite, and the data checks."""

from __future__ import annotations

from automl_flow.expectations.config import ExpectationSpec, ValidationConfig, parse_suite, read_suite
from automl_flow.expectations.gate import (
    ArrayValidation,
    GateClosedError,
    TableValidation,
    validate_arrays,
    validate_table,
)

__all__ = [
    "ArrayValidation",
    "ExpectationSpec",
    "GateClosedError",
    "TableValidation",
    "ValidationConfig",
    "parse_suite",
    "read_suite",
    "validate_arrays",
    "validate_table",
]
