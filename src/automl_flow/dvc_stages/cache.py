"""DVC's cache: files under the MD5 of their content, folders as lists of files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from automl_flow.dvc_stages.hashing import file_hash, listing_hash

FOLDER = ".dir"


class Cache:
    """The objects that DVC keeps on this machine.

    Nothing that it returns was altered since DVC put it there: whatever is read is hashed first.
    """

    def __init__(self, folder: Path) -> None:
        """Look into *folder*, ``.dvc/cache`` unless the project says otherwise."""
        self._folder = folder / "files" / "md5"

    def object(self, md5: str) -> Path:
        """Path of an object, which need not be there."""
        return self._folder / md5[:2] / md5[2:]

    def has(self, md5: str) -> bool:
        """Whether the object is there, good or damaged."""
        return self.object(md5).is_file()

    def is_good(self, md5: str) -> bool:
        """Whether an object that is there holds what its name says."""
        if not md5.endswith(FOLDER):
            return file_hash(self.object(md5)) == md5
        try:
            return listing_hash(json.loads(self.object(md5).read_bytes())) == md5
        except (ValueError, TypeError, KeyError):
            return False

    def parts(self, md5: str) -> Iterator[str]:
        """The object itself and, of a folder whose list is good, its files."""
        yield md5
        if md5.endswith(FOLDER) and self.has(md5) and self.is_good(md5):
            yield from dict.fromkeys(entry["md5"] for entry in json.loads(self.object(md5).read_bytes()))

    def read(self, md5: str) -> bytes | None:
        """Content of a file, or ``None`` where the cache lacks it or holds a damaged copy."""
        return self.object(md5).read_bytes() if self.has(md5) and self.is_good(md5) else None


def project_cache(project: Path) -> Cache:
    """Return the cache of *project*, wherever its DVC settings, and those of the user, say that it is."""
    folder = _settings(project)["cache"].get("dir")
    return Cache(project / ".dvc" / (folder or "cache"))


def has_remote(project: Path) -> bool:
    """Whether DVC knows a remote to fetch from."""
    return bool(_settings(project)["core"].get("remote"))


def _settings(project: Path) -> dict[str, Any]:
    from dvc.config import Config

    return dict(Config(str(project / ".dvc")))
