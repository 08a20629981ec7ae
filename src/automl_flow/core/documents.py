"""Untrusted JSON: bounded in size, unambiguous, and validated against a schema."""

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

MAX_BYTES = 64 << 20
_MAX_VALUES = 3_000_000  # each becomes a Python object
_MAX_ERRORS = 1_000  # more errors are counted instead of listed
_MAX_DEPTH = 100
_MAX_DIGITS = 40  # of an integer


class Document(BaseModel):
    """Base of all documents that are read back: immutable, no unknown keys, no type coercion."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


D = TypeVar("D", bound=Document)
T = TypeVar("T")


@contextmanager
def reading(source: Path | str) -> Iterator[None]:
    """Turn any exception inside the block into an ArtifactError that names *source*.

    Raises:
        ArtifactError: In place of any exception except DependencyError.
    """
    try:
        yield
    except DependencyError:
        raise
    except AutoMLFlowError as error:
        if isinstance(error, ArtifactError) and str(error).startswith(str(source)):
            raise
        raise ArtifactError(f"{source}: {error}") from None
    except Exception as error:  # libraries may fail in any way on damaged content
        raise ArtifactError(f"{source}: cannot be read ({type(error).__name__}: {shown(error, 300)})") from None


@contextmanager
def predicting(name: str) -> Iterator[None]:
    """Turn exceptions of a damaged model during prediction into an ArtifactError that names the model.

    Raises:
        ArtifactError: In place of any exception except our own errors about the rows.
    """
    try:
        yield
    except ArtifactError as error:
        raise ArtifactError(f"{name}: {error}") from None
    except AutoMLFlowError:
        raise
    except Exception as error:
        raise ArtifactError(f"{name} cannot predict ({type(error).__name__}: {shown(error, 300)})") from error


def parse_json(content: bytes, source: Path | str, max_bytes: int = MAX_BYTES) -> Any:
    """Return the value of a JSON text.

    Args:
        content: The text in UTF-8.
        source: Where it comes from, for messages.
        max_bytes: Maximum length; a longer text is refused unparsed.

    Raises:
        ArtifactError: The text is not JSON, too long or too deeply nested, has too many values, a duplicate key, or a
            number that a float cannot hold (NaN and infinities are not JSON).
    """
    if len(content) > max_bytes:
        raise ArtifactError(f"{source}: {len(content)} bytes are too many for a document, at most {max_bytes}")
    if content.count(b",") > _MAX_VALUES:
        raise ArtifactError(f"{source}: more than {_MAX_VALUES:,} values are too many for a document")
    try:
        value = json.loads(
            content.decode(),
            object_pairs_hook=_unique,
            parse_constant=_refuse_constant,
            parse_int=_int,
            parse_float=_float,
        )
    except RecursionError:
        raise ArtifactError(f"{source}: not a JSON document (nested too deeply)") from None
    except (ValueError, MemoryError) as error:  # from the decoder, or from our hooks
        raise ArtifactError(f"{source}: not a JSON document ({shown(error, 200)})") from None
    if content.count(b"[") + content.count(b"{") > _MAX_DEPTH and _is_deeper(value, _MAX_DEPTH):
        raise ArtifactError(f"{source}: nested too deeply, at most {_MAX_DEPTH} levels")
    return value


def parse_document(content: bytes, model: type[D], source: Path | str) -> D:
    """Return a JSON text as a document.

    Raises:
        ArtifactError: The text is not JSON in the sense of :func:`parse_json`, or keys are unknown, missing or of the
            wrong type or range; the message lists them.
    """
    parse_json(content, source)
    return validate_document(content, model, source)


def validate_document(content: bytes, model: type[D], source: Path | str) -> D:
    """Return a JSON text that :func:`parse_json` has accepted as a document.

    The text is read a second time, because only JSON text is validated without coercion: a Python list would have to
    be refused where a tuple is expected.

    Raises:
        ArtifactError: Keys are unknown, missing or of the wrong type or range; the message lists them.
    """
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        if error.error_count() > _MAX_ERRORS:
            raise ArtifactError(f"{source}: {error.error_count():,} values are invalid") from None
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


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number in JSON")


def _int(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise ValueError(f"an integer of {len(text)} digits, at most {_MAX_DIGITS}")
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
