"""Checks of the arguments of a user's expectation: only values and comparisons, nothing that runs or loads."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

from automl_flow.core.errors import quoted, shown

CONDITION, PARSER = "row_condition", "condition_parser"
_OURS = frozenset(
    {"batch_id", "catch_exceptions", "id", "library_metadata", "meta", "rendered_content", "result_format"}
)
_OF_SCHEMAS = frozenset({"$comment", "$defs", "$id", "$schema"})  # harmless keys of a JSON schema
_COLUMN = re.compile(r"`[^`\n]*`")  # how pandas quotes a column name
_MAX_LENGTH = 1000

# pandas evaluates a condition as code: attributes and "@" would reach functions. Only these nodes are allowed.
_PARTS = (
    ast.Expression,
    ast.BoolOp,
    ast.boolop,
    ast.UnaryOp,
    ast.unaryop,
    ast.Compare,
    ast.cmpop,
    ast.BinOp,
    ast.BitAnd,
    ast.BitOr,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.Name,
    ast.Constant,
    ast.List,
    ast.Tuple,
    ast.Load,
)


def check_arguments(arguments: Mapping[str, Any]) -> None:
    """Check the arguments of an expectation before Great Expectations sees them.

    Raises:
        ValueError: A row condition does more than compare columns with values, an argument refers to a parameter or
            to an external schema, or an argument is reserved.
    """
    for name in sorted(_OURS & set(arguments)):
        raise ValueError(f"{name} is set by the validation")
    if arguments.get(PARSER, "pandas") != "pandas":
        raise ValueError(f"{PARSER} must be 'pandas', got {quoted(arguments[PARSER])}")
    if CONDITION in arguments:
        _check_condition(arguments[CONDITION])
    _refuse_references(arguments)


def _check_condition(condition: Any) -> None:
    rule = f"{CONDITION} must compare columns with values, such as \"age > 18 and sex == 'f'\""
    if not isinstance(condition, str) or len(condition) > _MAX_LENGTH:
        raise ValueError(f"{rule}, got {quoted(condition)}")
    try:
        parts = list(ast.walk(ast.parse(_COLUMN.sub("column", condition).strip(), mode="eval")))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"{rule}, got {quoted(condition)}") from None
    for part in parts:
        if not isinstance(part, _PARTS) or (isinstance(part, ast.BinOp) and _has_text(part)):
            raise ValueError(f"{rule}, without {type(part).__name__.lower()}, got {quoted(condition)}")


def _has_text(part: ast.BinOp) -> bool:
    """Whether text occurs in arithmetic: ``"a" * 10**9`` exhausts the memory."""
    return any(isinstance(inner, ast.Constant) and isinstance(inner.value, str) for inner in ast.walk(part))


def _refuse_references(value: Any) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            within = key == "$ref" and isinstance(inner, str) and inner.startswith("#")
            if isinstance(key, str) and key.startswith("$") and key not in _OF_SCHEMAS and not within:
                raise ValueError(f"{shown(key)} refers to something outside the suite; use a literal value")
            _refuse_references(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_references(inner)
