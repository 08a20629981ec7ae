"""Check of a skops archive before skops sees it.

skops says which types a file holds, and restores none that it is not told to. It does not bound the work of finding
out, nor what the arrays and texts in it make scikit-learn do. Here an archive is a tree of known kinds of nodes with
types from a list, plain arrays as large as the file says, and settings that start no processes.
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
_MAX_DEPTH = 90  # dictionaries and lists of the schema inside each other
_MAX_BYTES = 512 << 20  # of arrays, each counted as often as it is used
_MAX_HEADER_BYTES = 10_000  # bytes of an array's header

# Numbers, texts and what holds them. No function, method, partial, reduction, sparse matrix or generator is among them.
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
PLAIN_TYPES = ("numpy.dtype", "collections.OrderedDict")  # of these, what skops does not trust by itself

# Settings that would start processes or threads, write files, or print.
_FIXED = {
    "n_jobs": {"null", "1"},
    "memory": {"null"},
    "verbose": {"false", "0"},
}


def check_archive(archive: IO[bytes], allowed: Collection[str]) -> None:
    """Check an archive that skops is to restore.

    Args:
        archive: The archive.
        allowed: Full names of the types of objects that it may hold, beyond plain ones.

    Raises:
        ArtifactError: It holds another type, more than a stored object does, an array that is not what its header says,
            or a setting that ours never have. What is no ZIP archive raises what the standard library raises.
    """
    with zipfile.ZipFile(archive) as content:
        _check_entries(content)
        schema = parse_json(content.read(_SCHEMA), _SCHEMA)
        nodes = list(_nodes(schema))
        refused = sorted({_type(node) for node in nodes if not _is_allowed(node, allowed)})
        if refused:
            raise ArtifactError(f"holds types that are not allowed: {', '.join(refused[:10])}{_absent(refused)}")
        for node in nodes:
            _check_settings(node)
        _check_arrays(content, [node["file"] for node in nodes if "file" in node])


def _check_entries(content: zipfile.ZipFile) -> None:
    entries = content.infolist()
    names = {entry.filename for entry in entries}
    if len(entries) > _MAX_FILES or len(names) < len(entries) or _SCHEMA not in names:
        raise ArtifactError(f"no archive of skops: {len(entries)} files, of which {len(names)} differ in name")
    for entry in entries:
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1 or entry.file_size != entry.compress_size:
            raise ArtifactError(f"{shown(entry.filename)} is compressed or encrypted; we store neither")


def _nodes(schema: Any) -> Iterator[dict[str, Any]]:
    """Walk all of a schema: whatever could be a node is looked at, whether or not skops would get to it."""
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
    """The end of a sentence where some types are of extensions."""
    theirs = any(name.startswith(f"{EXTENSIONS}.") for name in refused)
    return f"; {EXTENSIONS} must lie where Python looks, with the entries that name these types" if theirs else ""


def _is_allowed(node: dict[str, Any], allowed: Collection[str]) -> bool:
    loader, name = node.get("__loader__"), f"{node.get('__module__')}.{node.get('__class__')}"
    if "__id__" in node or not isinstance(loader, str):
        return False
    return name in allowed if loader == "ObjectNode" else name in _PLAIN.get(loader, ())


def _check_settings(node: dict[str, Any]) -> None:
    if node["__loader__"] == "JsonNode":
        text = node.get("content")
        if not isinstance(text, str) or text[:1] in "[{":
            raise ArtifactError("a plain value is no number, text or nothing")
    content = node.get("content")
    if node["__loader__"] == "DictNode" and isinstance(content, dict):
        for name, allowed in _FIXED.items():
            value = content.get(name)
            if value is not None and (not isinstance(value, dict) or value.get("content") not in allowed):
                raise ArtifactError(f"the setting {name} is none that we store")


def _check_arrays(content: zipfile.ZipFile, files: list[Any]) -> None:
    """Check each array once, and that those that are used many times do not fill the memory."""
    known: dict[str, int] = {}
    total = 0
    for name in files:
        if not isinstance(name, str) or not name.endswith(".npy"):
            raise ArtifactError(f"{shown(name)} is no array")
        if name not in known:
            known[name] = _check_array(content.read(name), name)
        total += known[name]
        if total > _MAX_BYTES:
            raise ArtifactError(f"arrays of more than {_MAX_BYTES} bytes together")


def _check_array(content: bytes, name: str) -> int:
    """Check that an array is as long as its header says, and holds no Python objects; return its bytes."""
    source = io.BytesIO(content)
    version = np.lib.format.read_magic(source)
    read_header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    if version not in read_header:
        raise ArtifactError(f"{name} is an array of the unknown version {version}")
    shape, _, dtype = read_header[version](source, max_header_size=_MAX_HEADER_BYTES)
    size = dtype.itemsize
    for length in shape:
        size *= length
    if dtype.hasobject or any(length < 0 for length in shape) or size != len(content) - source.tell():
        raise ArtifactError(f"{name} is not the array that its header says")
    if dtype.kind == "U" and size and int(np.frombuffer(content, np.uint32, offset=source.tell()).max()) > 0x10FFFF:
        raise ArtifactError(f"{name} holds letters that do not exist")
    return size
