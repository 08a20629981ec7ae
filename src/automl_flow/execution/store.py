"""Result stores: content that is too large to return, for the parent and later jobs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, Self

from automl_flow.core.files import atomic_file, opened_regular, write_bytes


class ResultStore(Protocol):
    """Results by key, such as ``"oof/000003.npy"``; picklable, so that workers write where the parent reads.

    A key is plain text with slashes. What is written under it is there whole or not at all, and survives a crash.
    """

    def put(self, key: str, content: bytes) -> None:
        """Write *content*; what had this key before is replaced.

        Raises:
            StorageError: There is no room, or it cannot be written.
        """

    def writing(self, key: str) -> AbstractContextManager[BinaryIO]:
        """Open a stream whose content is stored when the block succeeds, without a second copy in memory."""

    def append(self, key: str, content: bytes) -> None:
        """Add *content* at the end; the only write that is not atomic, for messages that no result depends on."""

    def get(self, key: str) -> bytes:
        """Return what was written.

        Raises:
            ArtifactError: There is nothing, or it cannot be read.
        """

    def exists(self, key: str) -> bool:
        """Whether something has this key."""

    def delete(self, key: str) -> None:
        """Remove what has this key, and all whose keys continue it after a slash; nothing is fine, too."""

    def below(self, prefix: str) -> Self:
        """The part of the store whose keys begin with *prefix* and a slash, which its own keys leave out."""

    def __str__(self) -> str:
        """Where it is, for messages."""


@dataclass(frozen=True)
class FolderStore:
    """A store in a folder of a disk that all workers reach.

    Attributes:
        folder: The folder; it is made with the first result.
    """

    folder: Path

    def put(self, key: str, content: bytes) -> None:
        """Write a file."""
        write_bytes(self.folder / key, content)

    @contextmanager
    def writing(self, key: str) -> Iterator[BinaryIO]:
        """Open a file for writing."""
        with atomic_file(self.folder / key) as draft, draft.open("wb") as sink:
            yield sink

    def append(self, key: str, content: bytes) -> None:
        """Add to a file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / key).open("ab") as sink:
            sink.write(content)

    def get(self, key: str) -> bytes:
        """Read a file, which must be a regular one."""
        with opened_regular(self.folder / key) as (source, size):
            return source.read(size)

    def exists(self, key: str) -> bool:
        """Whether there is such a file."""
        return (self.folder / key).is_file()

    def delete(self, key: str) -> None:
        """Remove a file, or a folder with all that is in it."""
        path = self.folder / key
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        with suppress(FileNotFoundError, IsADirectoryError):
            path.unlink()

    def below(self, prefix: str) -> FolderStore:
        """A folder in the folder."""
        return FolderStore(self.folder / prefix)

    def __str__(self) -> str:
        """The folder."""
        return str(self.folder)


@dataclass(frozen=True)
class StoredFile:
    """One result in a store.

    Attributes:
        store: The store.
        key: Its key.
    """

    store: ResultStore
    key: str

    @property
    def exists(self) -> bool:
        """Whether it was written."""
        return self.store.exists(self.key)

    def write(self, content: bytes) -> None:
        """Write or replace it."""
        self.store.put(self.key, content)

    def read(self) -> bytes:
        """Return what was written."""
        return self.store.get(self.key)

    def delete(self) -> None:
        """Remove it, if it is there."""
        self.store.delete(self.key)
