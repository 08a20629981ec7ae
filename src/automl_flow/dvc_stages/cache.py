"""DVC's cache: files named by the MD5 of their content, folders stored as lists of files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from automl_flow.core.errors import ArtifactError, shown
from automl_flow.core.folders import is_inside
from automl_flow.dvc_stages.hashing import file_hash, listing_hash

FOLDER = ".dir"
MD5 = re.compile(r"[0-9a-f]{32}(\.dir)?")  # DVC's names of files and folders
_MAX_LIST_BYTES = 256 << 20  # enough for two million files


class Cache:
    """DVC's objects on this machine.

    Everything is hashed when it is read, so an object altered since DVC stored it is never returned.
    """

    def __init__(self, folder: Path) -> None:
        """Open the cache in *folder* (``.dvc/cache`` by default)."""
        self._folder = folder / "files" / "md5"

    def object(self, md5: str) -> Path:
        """Path of an object, which need not exist.

        Raises:
            ArtifactError: *md5* is not a hash, so that it could lead anywhere.
        """
        if not MD5.fullmatch(md5):
            raise ArtifactError(f"not the MD5 of a file or folder: {shown(md5)!r}")
        return self._folder / md5[:2] / md5[2:]

    def has(self, md5: str) -> bool:
        """Whether the object exists, good or damaged."""
        return self.object(md5).is_file()

    def holds(self, path: Path) -> bool:
        """Whether a project file is a link to an object, as DVC creates with ``cache.type``."""
        return self._folder.is_dir() and is_inside(path, self._folder)

    def is_good(self, md5: str) -> bool:
        """Whether an existing object's content matches its name."""
        if not md5.endswith(FOLDER):
            return file_hash(self.object(md5)) == md5
        try:
            return listing_hash(self._list(md5)) == md5
        except (ValueError, TypeError, KeyError, RecursionError):
            return False

    def parts(self, md5: str) -> Iterator[str]:
        """The object itself and, for a folder with an intact list, its files."""
        yield md5
        if md5.endswith(FOLDER) and self.has(md5) and self.is_good(md5):
            yield from dict.fromkeys(entry["md5"] for entry in self._list(md5))

    def read(self, md5: str) -> bytes | None:
        """Content of a file; ``None`` if it is missing or damaged."""
        return self.object(md5).read_bytes() if self.has(md5) and self.is_good(md5) else None

    def _list(self, md5: str) -> list[dict[str, str]]:
        """Files of a folder; raises ``ValueError`` if an entry is not an object name."""
        if self.object(md5).stat().st_size > _MAX_LIST_BYTES:
            raise ValueError("too long")
        entries: list[dict[str, str]] = json.loads(self.object(md5).read_bytes())
        if not all(MD5.fullmatch(entry["md5"]) for entry in entries):
            raise ValueError("a file without a hash")
        return entries


def project_cache(project: Path) -> Cache:
    """Return the cache of *project*, located by the project's and the user's DVC settings."""
    folder = _settings(project)["cache"].get("dir")
    return Cache(project / ".dvc" / (folder or "cache"))


def has_remote(project: Path) -> bool:
    """Whether a DVC remote is configured."""
    return bool(_settings(project)["core"].get("remote"))


def _settings(project: Path) -> dict[str, Any]:
    from dvc.config import Config

    return dict(Config(str(project / ".dvc")))
