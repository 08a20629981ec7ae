"""Docstrings that list inherited arguments, so that each argument is documented once."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from typing import TypeVar

_SECTION = re.compile(r"^(Args|Attributes|Examples):\n", re.MULTILINE)
_ENTRY = re.compile(r"^    (\w[\w, ]*): ", re.MULTILINE)

T = TypeVar("T", bound=type)


def with_inherited_docs(cls: T) -> T:
    """Complete the docstring of a class with the ``Args`` and ``Attributes`` that its bases document.

    Args stand in the order of the constructor's signature. Where a class and its base document the same name, the
    class's own text counts. Without docstrings (``python -OO``) nothing happens.
    """
    if cls.__doc__ is None:
        return cls
    own = _sections(cls)
    arguments, attributes = _merged(cls, "Args"), _merged(cls, "Attributes")
    order = [name for name in inspect.signature(cls).parameters if name in arguments]
    parts = [
        own[""].strip(),
        _section("Args", ((name, arguments[name]) for name in order)),
        _section("Attributes", attributes.items()),
        *([f"Examples:\n{own['Examples'].rstrip()}"] if "Examples" in own else []),
    ]
    cls.__doc__ = "\n\n".join(parts) + "\n"
    return cls


def _sections(cls: type) -> dict[str, str]:
    """Text of each section by its title; what stands before the first one by an empty title."""
    summary, *rest = _SECTION.split(inspect.cleandoc(vars(cls).get("__doc__") or ""))
    return {"": summary, **dict(zip(rest[::2], rest[1::2], strict=True))}


def _merged(cls: type, title: str) -> dict[str, str]:
    """Entries of one section by name, those of the most basic class first."""
    entries: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if base.__module__.startswith("automl_flow"):
            _, *rest = _ENTRY.split(_sections(base).get(title, ""))
            entries |= dict(zip(rest[::2], rest[1::2], strict=True))
    return entries


def _section(title: str, entries: Iterable[tuple[str, str]]) -> str:
    return "\n".join([f"{title}:", *(f"    {name}: {text.rstrip()}" for name, text in entries)])
