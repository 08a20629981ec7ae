"""Configuration: frozen pydantic models, with errors that name the file and the key."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, ClassVar, ParamSpec, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator

from automl_flow.core.errors import ConfigError, nearest, quoted, shown

_MAX_LINES = 20  # of an error's text
_UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")  # of a model, of a dataclass


class Config(BaseModel):
    """Base of every configuration: immutable, and an unknown key is an error.

    A subclass lists renamed keys in ``renamed`` (old to new): an old key is refused, and the error names the new one.
    Renames of base classes are inherited.
    """

    renamed: ClassVar[Mapping[str, str]] = {}
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_bool_as_number(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse ``true`` where a number is expected, which Python would take for 1."""
        if _holds_bool(value) and _holds_numbers(cls.model_fields[str(info.field_name)].annotation):
            raise ValueError("must be a number")
        return value


def _holds_bool(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_holds_bool(item) for pair in value.items() for item in pair)
    if isinstance(value, (list, tuple)):
        return any(_holds_bool(item) for item in value)
    return isinstance(value, bool)


def _holds_numbers(annotation: Any) -> bool:
    """Whether a type, however nested, holds only numbers and perhaps text."""
    kinds = _leaf_types(annotation)
    return not kinds.isdisjoint({int, float}) and kinds <= {int, float, str, type(None)}


def _leaf_types(annotation: Any) -> set[Any]:
    """Leaf types of an annotation, without containers and ``Annotated``."""
    if get_origin(annotation) is Annotated:
        return _leaf_types(get_args(annotation)[0])
    inside = [part for part in get_args(annotation) if part is not Ellipsis]
    return set().union(*(_leaf_types(part) for part in inside)) if inside else {annotation}


C = TypeVar("C", bound=Config)
P = ParamSpec("P")
R = TypeVar("R")


def renamed_arguments(**renamed: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate a method so that it refuses old argument names, or those of other libraries.

    Args:
        renamed: Refused names, mapped to the right ones.

    Returns:
        A decorator. The method keeps its signature, and raises ConfigError where a refused name is passed.
    """

    def decorate(method: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(method)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            for old in sorted(renamed.keys() & kwargs.keys()):
                raise ConfigError(f"{type(args[0]).__name__}.{old}: unknown argument{_instead(old, renamed, ())}")
            return method(*args, **kwargs)

        return checked

    return decorate


def parse_config(model: type[C], values: Mapping[str, Any] | None, source: str) -> C:
    """Build *model* from *values*, as read from a file or given by a caller.

    Args:
        model: The configuration class.
        values: Keys and values; ``None`` (an empty YAML section) means all defaults.
        source: Where the values come from, for example ``"conf/base/parameters/x.yml: x.nas"``.

    Raises:
        ConfigError: Keys are unknown, missing or of the wrong type or range; the message lists all of them.
    """
    if values is None:
        values = {}
    if not isinstance(values, Mapping):
        raise ConfigError(f"{source} must be a mapping of keys to values, got {shown(values)}")
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        raise ConfigError(explain_validation(error, model, source)) from None


def explain_validation(error: ValidationError, model: type, source: str) -> str:
    """Return pydantic's findings as readable text, one line per key."""
    lines = []
    for detail in error.errors(include_url=False):
        path = ".".join(shown(part) for part in detail["loc"])
        where = f"{source}.{path}" if path else source
        if detail["type"] in _UNKNOWN_KEY:
            owner = _model_at(model, detail["loc"][:-1])
            valid = sorted(getattr(owner, "model_fields", {}))
            key = detail["loc"][-1]
            lines.append(f"{where}: unknown key {shown(key)!r}{_instead(key, _renamed(owner), valid)}")
        elif detail["type"] in ("missing", "missing_argument"):
            lines.append(f"{where}: this key is required")
        else:
            got = (
                f", got {quoted(detail['input'])}" if detail["loc"] else ""
            )  # without a key, the input is the whole mapping
            lines.append(f"{where}: {_reason(detail)}{got}")
    if len(lines) > _MAX_LINES:
        lines[_MAX_LINES:] = [f"{source}: and {len(lines) - _MAX_LINES} more"]
    return "\n".join(lines)


def _reason(detail: Any) -> str:
    message = str(detail["msg"])
    return message.removeprefix("Value error, ").removeprefix("Input ").rstrip(".")


def _instead(key: object, renamed: Mapping[str, str], valid: Iterable[str]) -> str:
    """End of an error message, naming the key to use."""
    new = renamed.get(str(key))
    return nearest(key, valid) if new is None else f"; it is called {new!r}"


def _renamed(model: Any) -> dict[str, str]:
    """Renamed keys of a class and its bases."""
    found: dict[str, str] = {}
    for base in reversed(getattr(model, "__mro__", ())):
        found |= vars(base).get("renamed", {})
    return found


def _model_at(model: type, location: tuple[int | str, ...]) -> Any:
    """The (nested) model at *location*; ``None`` if there is no single model."""
    current: Any = model
    for part in location:
        field = getattr(current, "model_fields", {}).get(part)
        if field is None:
            return None
        current = field.annotation
    return current
