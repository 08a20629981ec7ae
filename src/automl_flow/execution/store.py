"""Result stores for content that is too large to return, shared with the parent and later jobs."""

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

    A key is plain text with slashes. A write is atomic and survives a crash.
    """

    def put(self, key: str, content: bytes) -> None:
        """Write *content*, replacing any earlier content of this key.

        Raises:
            StorageError: The disk is full, or the file cannot be written.
        """

    def writing(self, key: str) -> AbstractContextManager[BinaryIO]:
        """Open a stream whose content is stored when the block succeeds, without a second copy in memory."""

    def append(self, key: str, content: bytes) -> None:
        """Append *content*; the only write that is not atomic, for messages that no result depends on."""

    def get(self, key: str) -> bytes:
        """Return the content.

        Raises:
            ArtifactError: The key does not exist, or its content cannot be read.
        """

    def exists(self, key: str) -> bool:
        """Whether the key exists."""

    def delete(self, key: str) -> None:
        """Remove this key and all keys below it; missing keys are fine."""

    def below(self, prefix: str) -> Self:
        """The sub-store of keys below *prefix*, named relative to it."""

    def __str__(self) -> str:
        """Location of a key, for messages."""


@dataclass(frozen=True)
class FolderStore:
    """A store in a folder that all workers can access.

    Attributes:
        folder: The folder, created with the first result.
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
        """Read a regular file."""
        with opened_regular(self.folder / key) as (source, size):
            return source.read(size)

    def exists(self, key: str) -> bool:
        """Whether the file exists."""
        return (self.folder / key).is_file()

    def delete(self, key: str) -> None:
        """Remove a file, or a folder with its content."""
        path = self.folder / key
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        with suppress(FileNotFoundError, IsADirectoryError):
            path.unlink()

    def below(self, prefix: str) -> FolderStore:
        """A store in a sub-folder."""
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
