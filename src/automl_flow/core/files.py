"""Atomic, byte-stable files: a reader sees the old content or the new, never half of it."""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from automl_flow.core.errors import ArtifactError, DataError


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Give a temporary file beside *path* to write to; it takes the place of *path* when the block ends well.

    When the block raises, *path* is left as it was and the temporary file is removed.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        _sync(temporary)
        temporary.chmod(0o644)  # mkstemp makes files private; a team's shared folder wants them readable
        temporary.replace(path)
        _sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Replace *path* by *content*, atomically."""
    with atomic_file(path) as temporary:
        temporary.write_bytes(content)


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
        ArtifactError: The file is not JSON.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"{path}: no such file")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ArtifactError(f"{path}: not a JSON document ({error})") from None


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder beside *path* to fill; it takes the place of *path* when the block ends well.

    When the block raises, *path* is left as it was. An existing folder is moved aside first and removed last, so
    that the time in which *path* does not exist is that of one rename.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent))
    try:
        yield temporary
        for file in sorted(temporary.rglob("*")):
            if file.is_file():
                _sync(file)
        temporary.chmod(0o755)
        old = path.with_name(f".{path.name}.{os.getpid()}.old")
        if path.exists():
            path.rename(old)
        temporary.rename(path)
        _sync(path.parent)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content as hexadecimal text."""
    with Path(path).open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _sync(path: Path) -> None:
    """Make the content of a file, or the names in a folder, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
