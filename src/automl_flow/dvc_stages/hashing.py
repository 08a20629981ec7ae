"""DVC's hashes, computed without DVC, which takes a second to start."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from operator import itemgetter
from pathlib import Path

_NOT_CONTENT = ("__pycache__",)


def content_hash(path: Path) -> str | None:
    """DVC's MD5 of a file or folder; ``None`` if it does not exist."""
    if path.is_dir():
        files = [p for p in sorted(path.rglob("*")) if p.is_file() and not set(p.parts) & set(_NOT_CONTENT)]
        return listing_hash({"md5": file_hash(p), "relpath": p.relative_to(path).as_posix()} for p in files)
    return file_hash(path) if path.is_file() else None


def listing_hash(entries: Iterable[Mapping[str, str]]) -> str:
    """DVC's name of a folder: the MD5 of its list of files."""
    listed = sorted(entries, key=itemgetter("relpath"))
    return hashlib.md5(json.dumps(listed, sort_keys=True).encode(), usedforsecurity=False).hexdigest() + ".dir"


def file_hash(path: Path) -> str:
    """MD5 of a file's content."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
