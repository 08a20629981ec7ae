"""Validation of skops archives before skops reads them.

skops reports which types a file contains and restores only allowed ones. It bounds neither the work of finding out, nor
what the arrays and parameters make scikit-learn do. Here, an archive must be a tree of known node kinds with allowed
types, plain arrays that match their size in the file, and parameters that start no processes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Iterator
from typing import IO, Any

import numpy as np

from automl_flow.core.documents import parse_json
from automl_flow.core.errors import ArtifactError, shown
from automl_flow.core.registry import EXTENSIONS

_SCHEMA = "schema.json"
_MAX_FILES = 20_000
_MAX_NODES = 400_000
_MAX_DEPTH = 90  # nesting of the schema
_MAX_BYTES = 512 << 20  # of all arrays, each counted once per use
_MAX_HEADER_BYTES = 10_000  # of an array's header

# Numbers, text and containers: no functions, methods, partials, reductions, sparse matrices or generators.
_PLAIN = {
    "JsonNode": {"builtins.str"},
    "ListNode": {"builtins.list"},
    "TupleNode": {"builtins.tuple"},
    "DictNode": {"builtins.dict", "collections.OrderedDict"},
    "SliceNode": {"builtins.slice"},
    "DTypeNode": {"numpy.dtype"},
    "NdArrayNode": {
        "numpy.ndarray",
        *(f"numpy.{name}" for name in ("bool", "str_", "datetime64", "timedelta64", "float16", "float32", "float64")),
        *(f"numpy.{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)),
    },
    "TypeNode": {
        *(f"builtins.{name}" for name in ("str", "int", "float", "bool")),
        *(f"numpy.{name}" for name in ("bool", "float16", "float32", "float64", "object_", "str_")),
        *(f"numpy.{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)),
    },
}
PLAIN_TYPES = ("numpy.dtype", "collections.OrderedDict")  # those that skops does not trust by default

# Parameters that would start processes or threads, write files, or print.
_FIXED = {
    "n_jobs": {"null", "1"},
    "memory": {"null"},
    "verbose": {"false", "0"},
}


def check_archive(archive: IO[bytes], allowed: Collection[str]) -> None:
    """Check an archive before skops restores it.

    Args:
        archive: The archive.
        allowed: Full names of allowed types, besides plain ones.

    Raises:
        ArtifactError: It contains a type that is not allowed, too many nodes, an array that contradicts its header, or
            a parameter value that we never store. A file that is no ZIP archive raises the standard library's error.
    """
    with zipfile.ZipFile(archive) as content:
        _check_entries(content)
        schema = parse_json(content.read(_SCHEMA), _SCHEMA)
        nodes = list(_nodes(schema))
        refused = sorted({_type(node) for node in nodes if not _is_allowed(node, allowed)})
        if refused:
            raise ArtifactError(f"contains types that are not allowed: {', '.join(refused[:10])}{_absent(refused)}")
        for node in nodes:
            _check_settings(node)
        _check_arrays(content, [node["file"] for node in nodes if "file" in node])


def _check_entries(content: zipfile.ZipFile) -> None:
    entries = content.infolist()
    names = {entry.filename for entry in entries}
    if len(entries) > _MAX_FILES or len(names) < len(entries) or _SCHEMA not in names:
        raise ArtifactError(f"not a skops archive: {len(entries)} files with {len(names)} unique names")
    for entry in entries:
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1 or entry.file_size != entry.compress_size:
            raise ArtifactError(f"{shown(entry.filename)} is compressed or encrypted; our archives never are")


def _nodes(schema: Any) -> Iterator[dict[str, Any]]:
    """Walk the whole schema: visit everything that could be a node, whether or not skops would reach it."""
    level, count = [schema], 0
    for _ in range(_MAX_DEPTH):
        below: list[Any] = []
        for box in level:
            count += 1
            if isinstance(box, dict):
                if "__loader__" in box or "__class__" in box:
                    yield box
                below += [item for item in box.values() if isinstance(item, (dict, list))]
            else:
                below += [item for item in box if isinstance(item, (dict, list))]
        if count > _MAX_NODES:
            raise ArtifactError(f"more than {_MAX_NODES} nodes")
        if not below:
            return
        level = below
    raise ArtifactError(f"nested too deeply, at most {_MAX_DEPTH} levels")


def _type(node: dict[str, Any]) -> str:
    return shown(f"{node.get('__module__')}.{node.get('__class__')}", 200)


def _absent(refused: list[str]) -> str:
    """End of the message if some types belong to extensions."""
    theirs = any(name.startswith(f"{EXTENSIONS}.") for name in refused)
    return f"; {EXTENSIONS} must be on the Python path, with the entries that list these types" if theirs else ""


def _is_allowed(node: dict[str, Any], allowed: Collection[str]) -> bool:
    loader, name = node.get("__loader__"), f"{node.get('__module__')}.{node.get('__class__')}"
    if "__id__" in node or not isinstance(loader, str):
        return False
    return name in allowed if loader == "ObjectNode" else name in _PLAIN.get(loader, ())


def _check_settings(node: dict[str, Any]) -> None:
    if node["__loader__"] == "JsonNode":
        text = node.get("content")
        if not isinstance(text, str) or text[:1] in "[{":
            raise ArtifactError("a plain value must be a number, text or null")
    content = node.get("content")
    if node["__loader__"] == "DictNode" and isinstance(content, dict):
        for name, allowed in _FIXED.items():
            value = content.get(name)
            if value is not None and (not isinstance(value, dict) or value.get("content") not in allowed):
                raise ArtifactError(f"parameter {name} has a value that we never store")


def _check_arrays(content: zipfile.ZipFile, files: list[Any]) -> None:
    """Check each array once, and bound the total size, counting repeated use."""
    known: dict[str, int] = {}
    total = 0
    for name in files:
        if not isinstance(name, str) or not name.endswith(".npy"):
            raise ArtifactError(f"{shown(name)} is not an array")
        if name not in known:
            known[name] = _check_array(content.read(name), name)
        total += known[name]
        if total > _MAX_BYTES:
            raise ArtifactError(f"arrays exceed {_MAX_BYTES} bytes in total")


def _check_array(content: bytes, name: str) -> int:
    """Check that an array matches its header and contains no Python objects; return its size in bytes."""
    source = io.BytesIO(content)
    version = np.lib.format.read_magic(source)
    read_header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    if version not in read_header:
        raise ArtifactError(f"{name} is an array of unknown version {version}")
    shape, _, dtype = read_header[version](source, max_header_size=_MAX_HEADER_BYTES)
    size = dtype.itemsize
    for length in shape:
        size *= length
    if dtype.hasobject or any(length < 0 for length in shape) or size != len(content) - source.tell():
        raise ArtifactError(f"{name} does not match its header")
    if dtype.kind == "U" and size and int(np.frombuffer(content, np.uint32, offset=source.tell()).max()) > 0x10FFFF:
        raise ArtifactError(f"{name} contains invalid Unicode code points")
    return size
