"""JSON that others may have written: bounded, without ambiguity, and checked against the fields that it must have."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from automl_flow.core.config import explain_validation
from automl_flow.core.errors import ArtifactError, AutoMLFlowError, DependencyError, shown

MOST_BYTES = 64 << 20  # of a document
_MOST_VALUES = 3_000_000  # of a document; each becomes an object of Python
_MOST_ERRORS = 1_000  # that are worth being put into words
_DEPTH = 100  # lists and objects inside each other
_DIGITS = 40  # of a whole number


class Document(BaseModel):
    """Base of every document that is read back: immutable, no unknown key, no value of a type that is only similar."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


D = TypeVar("D", bound=Document)
T = TypeVar("T")


@contextmanager
def reading(source: Path | str) -> Iterator[None]:
    """Turn whatever a reader raises inside the block into an error of ours that names *source*.

    Raises:
        ArtifactError: In place of any exception but that of a library that is not installed.
    """
    try:
        yield
    except DependencyError:
        raise
    except AutoMLFlowError as error:
        if isinstance(error, ArtifactError) and str(error).startswith(str(source)):
            raise
        raise ArtifactError(f"{source}: {error}") from None
    except Exception as error:  # damaged content can fail in any way that a library fails in
        raise ArtifactError(f"{source}: cannot be read ({type(error).__name__}: {shown(error, 300)})") from None


@contextmanager
def predicting(name: str) -> Iterator[None]:
    """Turn what a damaged model raises as it predicts into an error of ours that says which.

    Raises:
        ArtifactError: In place of any exception but those of ours that speak of the rows.
    """
    try:
        yield
    except ArtifactError as error:
        raise ArtifactError(f"{name}: {error}") from None
    except AutoMLFlowError:
        raise
    except Exception as error:
        raise ArtifactError(f"{name} cannot predict ({type(error).__name__}: {shown(error, 300)})") from error


def parse_json(content: bytes, source: Path | str, most_bytes: int = MOST_BYTES) -> Any:
    """Return the value of a JSON text.

    Args:
        content: The text in UTF-8.
        source: Where it comes from, for messages.
        most_bytes: Length beyond which it is refused unread.

    Raises:
        ArtifactError: It is no JSON, too long or too deep, has too many values, a key twice, or a number that a float
            cannot hold (NaN and infinities are not JSON).
    """
    if len(content) > most_bytes:
        raise ArtifactError(f"{source}: {len(content)} bytes are too many for a document, at most {most_bytes}")
    if content.count(b",") > _MOST_VALUES:
        raise ArtifactError(f"{source}: more than {_MOST_VALUES:,} values are too many for a document")
    try:
        value = json.loads(
            content.decode(), object_pairs_hook=_unique, parse_constant=_no_number, parse_int=_int, parse_float=_float
        )
    except RecursionError:
        raise ArtifactError(f"{source}: not a JSON document (nested too deeply)") from None
    except (ValueError, MemoryError) as error:  # of the decoder, and ours below
        raise ArtifactError(f"{source}: not a JSON document ({shown(error, 200)})") from None
    if content.count(b"[") + content.count(b"{") > _DEPTH and _is_deeper(value, _DEPTH):
        raise ArtifactError(f"{source}: nested too deeply, at most {_DEPTH} levels")
    return value


def parse_document(content: bytes, model: type[D], source: Path | str) -> D:
    """Return a JSON text as a document.

    Raises:
        ArtifactError: It is no JSON in the sense of :func:`parse_json`; or lists the keys that are unknown, missing or
            of a wrong type or range.
    """
    parse_json(content, source)
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        if error.error_count() > _MOST_ERRORS:
            raise ArtifactError(f"{source}: {error.error_count():,} values are not what they should be") from None
        raise ArtifactError(explain_validation(error, model, str(source))) from None


def read_object(kind: type[T], document: Any) -> T:
    """Return the values of a JSON text as an instance of a dataclass or a model, field by field.

    Raises:
        ArtifactError: Lists the keys that are unknown, missing or of another type; similar types are not converted.
    """
    try:  # through JSON, because a strict tuple takes a list of JSON, but not one of Python
        return TypeAdapter(kind).validate_json(json.dumps(document), strict=True, extra="forbid")
    except ValidationError as error:
        raise ArtifactError(explain_validation(error, kind, kind.__name__)) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {shown(twice)!r} occurs twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number of JSON")


def _int(text: str) -> int:
    if len(text) > _DIGITS:
        raise ValueError(f"a whole number of {len(text)} digits, at most {_DIGITS}")
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{shown(text)} is too large for a number")
    return value


def _is_deeper(value: Any, depth: int) -> bool:
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(depth):
        level = [
            item
            for box in level
            for item in (box.values() if isinstance(box, dict) else box)
            if isinstance(item, (dict, list))
        ]
        if not level:
            return False
    return True
