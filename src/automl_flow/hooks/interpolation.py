"""Size of settings once every ``${...}`` in them stands for what it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from automl_flow.core.errors import ConfigError, shown

_MAX_LETTERS = 20_000_000  # letters
_MAX_REFERENCES = 20  # in one text
_VALUE_LETTERS = 20  # that a value which is no text counts for
_NAME = re.compile(r"[^\s,:${}'\"]+")


def refuse_growth(document: Mapping[str, Any], shared: Mapping[str, Any]) -> None:
    """Refuse settings that multiply themselves: ``b: ${a}${a}``, ``c: ${b}${b}`` and so on doubles with every line.

    Args:
        document: Settings of a kind, ``${...}`` unresolved.
        shared: What ``${globals:...}`` names.

    Raises:
        ConfigError: They would grow beyond twenty million letters.
    """
    nodes = dict(walk("", shared)) | dict(walk("", document))
    sizes: dict[str, int] = {}
    if sum(_size(str(key), nodes, sizes, ()) for key in document) > _MAX_LETTERS:
        key = max(document, key=lambda name: sizes[str(name)])
        raise ConfigError(f"{shown(key)}: with every ${{...}} filled in it has millions of letters; write it out")


def refuse_crowds(document: Mapping[str, Any], source: str) -> None:
    """Refuse texts with more references than a person writes: OmegaConf's parser needs minutes for thousands of them.

    Raises:
        ConfigError: Names the file and the key.
    """
    for path, value in walk("", document):
        if isinstance(value, str) and value.count("${") > _MAX_REFERENCES:
            raise ConfigError(f"{source}: {shown(path)}: more than {_MAX_REFERENCES} references (${{...}}) in one text")


def _size(path: str, nodes: Mapping[str, Any], sizes: dict[str, int], above: tuple[str, ...]) -> int:
    """Letters at *path*; a circle counts once, because OmegaConf refuses it."""
    if path in sizes:
        return sizes[path]
    if path in above:
        return 0
    value, inner = nodes[path], (*above, path)
    if isinstance(value, (dict, list)):
        size = sum(_size(f"{path}.{key}", nodes, sizes, inner) for key in _keys(value))
    else:
        text = value if isinstance(value, str) else ""
        size = len(text) + sum(_size(name, nodes, sizes, inner) for name in _named(text, path) if name in nodes)
    sizes[path] = min(_VALUE_LETTERS + size, _MAX_LETTERS + 1)
    return sizes[path]


def _named(text: str, path: str) -> Iterator[str]:
    """Whatever a text with ``${...}`` may name, each as often as it stands there."""
    if "${" not in text:
        return
    for match in _NAME.findall(text):
        name = match.replace("[", ".").replace("]", "")
        if name.startswith("."):  # relative: one dot is the mapping that the text stands in
            dots = len(name) - len(name.lstrip("."))
            name = ".".join([*path.split(".")[:-dots], name.lstrip(".")])
        yield name


def walk(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every value of a document, and every mapping and list, by its dotted path: ``a.b.0.c``."""
    if path:
        yield path, value
    if isinstance(value, (dict, list)):
        for key in _keys(value):
            yield from walk(f"{path}.{key}" if path else str(key), value[key])


def _keys(value: dict[Any, Any] | list[Any]) -> list[Any]:
    return list(value) if isinstance(value, dict) else list(range(len(value)))
