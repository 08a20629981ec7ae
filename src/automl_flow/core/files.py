"""Atomic, byte-stable files: a reader sees the old content or the new, never half of it."""

from __future__ import annotations

import hashlib
import json
import math
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from automl_flow.core.documents import MOST_BYTES, parse_json
from automl_flow.core.errors import STORAGE_ERRORS, ArtifactError, DataError, StorageError, shown, storage_message
from automl_flow.core.temporary import temporary


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Give a temporary file beside *path* to write to; it takes the place of *path* when the block ends well.

    When the block raises, *path* is left as it was and the temporary file is removed; where the process was killed,
    the next save beside it removes it. A file that is replaced keeps its mode, a new one has that of the umask. A link
    is replaced, not followed.

    Raises:
        StorageError: The disk is full, the folder cannot be written to, or *path* is something else than a file.
    """
    path = Path(path)
    refuse_impossible(path)
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        before = _mode(path)
        if before is not None and not (stat.S_ISREG(before) or stat.S_ISLNK(before)):
            raise StorageError(f"{path}: cannot be written: it is there and is no file; name another place")
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

    NumPy scalars and arrays are written as plain numbers and lists; NaN and infinities as ``null``, for they are
    not JSON.
    """
    write_text(path, json_text(document))


def json_text(document: Any) -> str:
    """Return the stable JSON text of *document*; see :func:`write_json`."""
    return json.dumps(plain(document), indent=2, sort_keys=True, allow_nan=False, ensure_ascii=False) + "\n"


def plain(value: Any) -> Any:
    """Turn tuples, NumPy values and non-finite numbers inside *value* into what JSON can hold."""
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
        ArtifactError: The file is not JSON, is too long or too deep, or has a key twice.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"{path}: no such file")
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise ArtifactError(f"{path}: {size} bytes are too many for a document, at most {MOST_BYTES}")
    return parse_json(path.read_bytes(), path)


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Say that *path* could not be written, why, and what to do about it.

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
    """Raise if nothing can ever be written to *path*: a zero byte, half a letter, links that lead to themselves.

    Raises:
        StorageError: The text says why.
    """
    with storage_errors(path), suppress(FileNotFoundError, NotADirectoryError):
        try:
            path.lstat()
        except ValueError as error:
            raise StorageError(f"{shown(path)}: cannot be written: no file has such a name ({error})") from None


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content as hexadecimal text."""
    with Path(path).open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Make the content of a file, or the names in a folder, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _mode(path: Path) -> int | None:
    """Kind and mode of what lies there, links not followed; ``None``: nothing does."""
    try:
        return path.lstat().st_mode
    except FileNotFoundError:
        return None
