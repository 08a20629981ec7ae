"""Atomic, byte-stable files: a reader sees the old or the new content, never a part."""

from __future__ import annotations

import hashlib
import json
import math
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import Any

from automl_flow.core.documents import MAX_BYTES, parse_json
from automl_flow.core.errors import STORAGE_ERRORS, ArtifactError, DataError, StorageError, shown, storage_message
from automl_flow.core.temporary import temporary

_ALWAYS_ALLOWED_BYTES = 256 << 20
_MAX_EXPANSION = 500  # real data compresses by a factor of 2 to 30


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield a temporary file next to *path* that replaces *path* when the block succeeds.

    When the block raises, *path* stays as it was and the temporary file is removed; if the process is killed, the next
    write to the same folder removes it. A replaced file keeps its mode, a new one gets that of the umask. A link is
    replaced, not followed.

    Raises:
        StorageError: The disk is full, the folder cannot be written to, or *path* is not a file.
    """
    path = Path(path)
    refuse_impossible(path)
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        before = _mode(path)
        if before is not None and not (stat.S_ISREG(before) or stat.S_ISLNK(before)):
            raise StorageError(f"{path}: cannot be written: it exists and is not a file; choose another path")
        with temporary(path.parent) as place:
            draft = place / path.name
            draft.touch()
            yield draft
            sync(draft)
            if before is not None and stat.S_ISREG(before):
                draft.chmod(stat.S_IMODE(before))
            draft.replace(path)
            sync(path.parent)


def write_bytes(path: Path, content: bytes) -> None:
    """Replace *path* by *content*, atomically."""
    with atomic_file(path) as draft:
        draft.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Replace *path* by *text* in UTF-8, atomically."""
    write_bytes(path, text.encode())


def write_json(path: Path, document: Any) -> None:
    """Replace *path* by *document* as JSON with sorted keys, so that equal documents are equal bytes.

    NumPy scalars and arrays are written as plain numbers and lists; NaN and infinities as ``null``, because they
    are not JSON.
    """
    write_text(path, json_text(document))


def json_text(document: Any) -> str:
    """Return the stable JSON text of *document*; see :func:`write_json`."""
    return json.dumps(plain(document), indent=2, sort_keys=True, allow_nan=False, ensure_ascii=False) + "\n"


def plain(value: Any) -> Any:
    """Convert tuples, NumPy values and non-finite numbers inside *value* to what JSON can hold."""
    if hasattr(value, "tolist"):  # NumPy scalars and arrays
        value = value.tolist()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def read_json(path: Path) -> Any:
    """Read a JSON document.

    Raises:
        DataError: The file is missing.
        ArtifactError: The file is not JSON, is too long or too deeply nested, or has a duplicate key.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"{path}: no such file")
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise ArtifactError(f"{path}: {size} bytes are too many for a document, at most {MAX_BYTES}")
    return parse_json(path.read_bytes(), path)


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn an OSError inside the block into a StorageError that says why *path* was not written, and what to do.

    Raises:
        StorageError: In place of the operating system's error.
    """
    try:
        yield
    except OSError as error:
        if error.errno in STORAGE_ERRORS:
            raise StorageError(storage_message(path, error)) from error
        raise


def refuse_impossible(path: Path) -> None:
    """Raise if *path* can never be written: it holds a null byte or a lone surrogate, or its links form a loop.

    Raises:
        StorageError: The text says why.
    """
    with storage_errors(path), suppress(FileNotFoundError, NotADirectoryError):
        try:
            path.lstat()
        except ValueError as error:
            raise StorageError(f"{shown(path)}: cannot be written: no file has such a name ({error})") from None


@contextmanager
def opened_regular(path: Path) -> Iterator[tuple[BufferedReader, int]]:
    """Open a regular file and return it with its size; never follows a link or blocks on a pipe."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise ArtifactError(f"{path}: cannot be opened ({error.strerror})") from None
    with os.fdopen(descriptor, "rb") as source:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise ArtifactError(f"{path}: is not a regular file")
        yield source, facts.st_size


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content as hexadecimal text."""
    with Path(path).open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Flush a file's content, or a folder's entries, to disk, so that it survives a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _mode(path: Path) -> int | None:
    """Type and mode of what is at *path*, without following links; ``None`` if nothing is."""
    try:
        return path.lstat().st_mode
    except FileNotFoundError:
        return None


def refuse_expansion(path: Path, expanded: int) -> None:
    """Refuse decompression bombs.

    Args:
        path: The file.
        expanded: Its size in bytes when decompressed, as the file claims.

    Raises:
        DataError: The claim is more than 256 MB and more than 500 times the file's size, or more than the free memory.
    """
    import psutil

    stored, free = path.stat().st_size, psutil.virtual_memory().available
    if expanded > max(_ALWAYS_ALLOWED_BYTES, _MAX_EXPANSION * stored):
        raise DataError(
            f"{path}: its {stored:,} bytes would become {expanded / 1e9:,.1f} GB in memory, which no real data do;"
            " store it uncompressed if the size is right"
        )
    if expanded > free:
        raise DataError(
            f"{path}: would take {expanded / 1e9:,.1f} GB of memory, and {free / 1e9:,.1f} GB are free; "
            "take fewer rows or columns"
        )
