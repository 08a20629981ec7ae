"""The one YAML reader: settings, ``dvc.lock``, expectation suites.

It reads YAML 1.2 as DVC does: ``yes``, ``no``, ``on`` and ``off`` are text, and only ``true`` and ``false`` are
booleans. Duplicate keys, multiplying aliases, extreme nesting and language-specific objects are refused before
the document is built.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import yaml

from automl_flow.core.errors import ConfigError, shown

MAX_BYTES = 16 << 20
_MAX_NODES = 500_000  # values and keys as written; reading them takes half a gigabyte
_MAX_REPEATED = 50_000  # values and keys that aliases repeat
_MAX_DEPTH = 100
_MAX_DIGITS = 400  # of an integer: more exceed every float, and a hexadecimal one could not even be printed
_TAG = "tag:yaml.org,2002:"

# https://yaml.org/spec/1.2.2/#103-core-schema, plus "_" within numbers.
_WORDS = {
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "int": (r"[-+]?[0-9][0-9_]*|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    "float": (
        r"[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        list("-+0123456789."),
    ),
    "merge": (r"<<", ["<"]),
}

if TYPE_CHECKING:
    _Base = yaml.SafeLoader
else:
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where libyaml is installed


class _Loader(_Base):
    """PyYAML's safe loader with the words of YAML 1.2, and without dates, bytes, sets and ordered lists."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 -- as PyYAML has it
    yaml_constructors: ClassVar[dict[str | None, Any]] = {
        tag: how
        for tag, how in _Base.yaml_constructors.items()
        if tag is None or tag.removeprefix(_TAG) in {*_WORDS, "str", "seq", "map"}
    }

    def construct_int(self, node: yaml.ScalarNode) -> int:
        """Read an integer; ``012`` is twelve."""
        text = str(self.construct_scalar(node)).replace("_", "")
        if len(text) > _MAX_DIGITS:
            raise ValueError(f"an integer of {len(text):,} digits, at most {_MAX_DIGITS}")
        return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)


for _name, (_pattern, _first) in _WORDS.items():
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(f"(?:{_pattern})$"), _first)
_Loader.add_constructor(f"{_TAG}int", _Loader.construct_int)


def read_yaml(path: Path, source: str = "") -> Any:
    """Return the content of a YAML (or JSON) file; ``None`` if it is empty.

    Args:
        path: The file.
        source: Name of the file in errors; the default is its path.

    Raises:
        ConfigError: See :func:`parse_yaml`; or there is no such file, or it is not UTF-8 text.
    """
    source = source or str(path)
    if not path.is_file():
        raise ConfigError(f"{source}: no such file")
    if path.stat().st_size > MAX_BYTES:
        raise ConfigError(f"{source}: is larger than {MAX_BYTES >> 20} MB, too large for settings")
    return parse_yaml(path.read_bytes(), source)


def parse_yaml(text: str | bytes, source: str) -> Any:
    """Return the document in *text*.

    Args:
        text: One YAML 1.2 document of mappings, lists, strings, numbers, booleans and nulls. JSON is YAML.
        source: The file it comes from, for errors.

    Raises:
        ConfigError: Not YAML, a duplicate key, multiplying aliases, or a document too large or too deep for settings;
            the message names the file and the line.
    """
    try:
        text = text.decode("utf-8-sig") if isinstance(text, bytes) else text
    except UnicodeDecodeError as error:
        raise ConfigError(f"{source}: not a YAML document (not UTF-8: {error.reason} at byte {error.start})") from None
    try:
        _measure(text, source)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return None
            _refuse_repeated_keys(loader, node, source)
            return loader.construct_document(node)
        finally:
            loader.dispose()
    except ConfigError:
        raise
    except Exception as error:  # the library raises many kinds
        raise ConfigError(f"{source}: not a YAML document ({_explained(error)})") from None


def _measure(text: str, source: str) -> None:
    """Bound the document's memory from its parse events, which need almost none."""
    sizes: dict[str | None, int] = {}  # values and keys below each anchor
    above: list[tuple[str | None, int]] = []  # anchors of open collections, and the count before each
    written = repeated = 0
    for event in yaml.parse(text, Loader=_Base):
        line = f"{source}, line {_line(event)}"
        if isinstance(event, yaml.CollectionEndEvent):
            anchor, before = above.pop()
            sizes[anchor] = written + repeated - before
        elif isinstance(event, yaml.AliasEvent):
            if any(anchor == event.anchor for anchor, _ in above):
                raise ConfigError(f"{line}: the alias *{shown(event.anchor)} is inside the value that it repeats")
            repeated += sizes.get(event.anchor, 1)
        elif isinstance(event, yaml.NodeEvent):
            if isinstance(event, yaml.CollectionStartEvent):
                above.append((event.anchor, written + repeated))
            written += 1
            sizes[event.anchor] = 1
        _bound(line, written, repeated, len(above))


def _bound(line: str, written: int, repeated: int, depth: int) -> None:
    if repeated > _MAX_REPEATED:
        raise ConfigError(f"{line}: aliases would repeat more than {_MAX_REPEATED:,} values; write them out")
    if written > _MAX_NODES:
        raise ConfigError(f"{line}: more than {_MAX_NODES:,} values, too many for settings")
    if depth > _MAX_DEPTH:
        raise ConfigError(f"{line}: nested deeper than {_MAX_DEPTH} levels")


def _refuse_repeated_keys(loader: _Loader, root: yaml.Node, source: str) -> None:
    for node in _nodes(root):
        if not isinstance(node, yaml.MappingNode):
            continue
        lines: dict[Any, int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise ConfigError(f"{source}, line {_line(key)}: a key must be a scalar")
            line = _line(key)
            name = "<<" if key.tag == f"{_TAG}merge" else loader.construct_object(key)
            if name in lines:
                first = f"the first is on line {lines[name]}"
                raise ConfigError(f"{source}, line {line}: duplicate key {shown(name)!r}; {first}")
            lines[name] = line


def _nodes(root: yaml.Node) -> Iterator[yaml.Node]:
    """All nodes of a document, each once."""
    seen, waiting = {id(root)}, [root]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, yaml.CollectionNode):
            inner = node.value if isinstance(node, yaml.SequenceNode) else [n for pair in node.value for n in pair]
            fresh = [n for n in inner if id(n) not in seen]
            seen.update(map(id, fresh))
            waiting += fresh


def _line(part: yaml.Event | yaml.Node) -> int:
    return part.start_mark.line + 1 if part.start_mark else 0


def _explained(error: Exception) -> str:
    """One line with the library's complaint and its position."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {shown(error.problem, 200)}"
    return shown(" ".join(str(error).split()), 200) or type(error).__name__
