"""The journal of a search: one line per finished trial, so that a search that was killed resumes.

A study in memory is rebuilt by repeating the asks, which is exact; the journal only saves the evaluations.

Two files of a folder are the journal's, ``trials.jsonl`` and ``lock``, and so is all that lies in its sub-folder
``trials``. Nothing else in the folder is touched, and where one of these names is taken by what is
not ours, the journal is not opened.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from automl_flow.core.documents import parse_json
from automl_flow.core.errors import ArtifactError, BudgetError, StorageError
from automl_flow.core.files import plain, refuse_impossible, storage_errors, write_bytes
from automl_flow.core.folders import contents, refuse_foreign
from automl_flow.core.modules import code_fingerprint
from automl_flow.core.temporary import sweep

_FILE = "trials.jsonl"
_LOCK = "lock"
_RESULTS = "trials"
_OWNER = "automl_flow "  # begin of what the lock says; the number of the process follows
_MAX_LOCK_BYTES, _MAX_HEADER_BYTES = 32, 4096


def results_folder(folder: Path) -> Path:
    """Sub-folder of a journal's *folder* for what belongs to its trials: it is emptied when the journal begins anew."""
    return Path(folder) / _RESULTS


def check_folder(folder: Path) -> None:
    """Raise if a journal cannot be in *folder*, because what lies there under its names is not ours.

    Raises:
        StorageError: The text says what lies there, and what to do.
    """
    folder = Path(folder)
    refuse_impossible(folder)
    if not folder.exists():
        return
    if not folder.is_dir():
        raise StorageError(f"{folder}: no place for a search: it is a file; name a folder")
    file, lock, results = folder / _FILE, folder / _LOCK, results_folder(folder)
    for path in (file, lock, results):
        if path.is_symlink():
            raise _taken(path, "it is a link")
    head = _head(file)
    if head is None:
        raise _taken(file, "it is no journal of a search")
    if not _is_lock(lock, older=bool(head)):
        raise _taken(lock, "it is no lock of a search")
    if results.exists() and not results.is_dir():
        raise _taken(results, "it is a file")
    if not head:
        refuse_foreign(results, contents(results))


class Journal:
    """Append-only file of finished trials in a folder of its own.

    A line that a crash left half-written is cut off when the journal is opened; a line that is damaged is passed over,
    and its trial runs again. A journal that was begun with
    another *key* (other data, other settings) or by other code is started afresh, and :func:`results_folder` is
    emptied, because its content belongs to the trials.

    Attributes:
        folder: Where the journal is.
        entries: Finished trials by number, as they were appended (the last entry of a number counts).
    """

    def __init__(self, folder: Path, key: str) -> None:
        """Name the journal; nothing is read or written before :meth:`open`.

        Args:
            folder: Folder of the journal, made when it is missing.
            key: Hash of everything that the results depend on.
        """
        self.folder = Path(folder)
        self.key = key
        self.entries: dict[int, dict[str, Any]] = {}
        self._sink: IO[bytes] | None = None

    @property
    def spent(self) -> float:
        """Seconds of search that the entries took, as the last of them noted."""
        return max((float(entry.get("elapsed", 0.0)) for entry in self.entries.values()), default=0.0)

    @contextmanager
    def open(self) -> Iterator[Journal]:
        """Lock the folder, read what is there, and allow appending inside the block.

        Raises:
            BudgetError: Another process is searching in this folder; the message has its process number.
            StorageError: The folder cannot be written to, the disk is full, or what lies there is not ours.
        """
        check_folder(self.folder)
        with storage_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            sweep(self.folder)  # of a process that was killed as it began the journal
            lock = (self.folder / _LOCK).open("a+")
        with lock, self._held(lock), self._prepared().open("ab", buffering=0) as self._sink:
            yield self
        self._sink = None

    def _prepared(self) -> Path:
        """Read what is there, or begin anew."""
        path = self.folder / _FILE
        header = {"key": self.key, "code": code_fingerprint()}
        known = _read(path, header)
        with storage_errors(path):
            if known is None:
                shutil.rmtree(results_folder(self.folder), ignore_errors=True)
                write_bytes(path, json.dumps(header).encode() + b"\n")
            os.close(os.open(path, os.O_WRONLY | os.O_APPEND))  # so that missing rights are told
        self.entries = known or {}
        return path

    def append(self, entry: dict[str, Any]) -> None:
        """Add a finished trial (it has the key ``number``) and make it survive a crash.

        Raises:
            StorageError: The disk is full; nothing of the line is left in the file.
        """
        if self._sink is None:
            raise RuntimeError("the journal is not open")
        line = json.dumps(plain(entry), sort_keys=True).encode() + b"\n"
        before = self._sink.seek(0, os.SEEK_END)
        with storage_errors(self.folder / _FILE):
            try:
                while line:  # a disk that is nearly full takes a part of it
                    line = line[self._sink.write(line) :]
                os.fsync(self._sink.fileno())
            except OSError:
                self._sink.truncate(before)
                raise
        self.entries[int(entry["number"])] = entry

    @contextmanager
    def _held(self, lock: IO[str]) -> Iterator[None]:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read(_MAX_LOCK_BYTES).removeprefix(_OWNER).strip() or "unknown"
            raise BudgetError(
                f"{self.folder}: another search is running here (process {holder}); wait for it or stop it"
            ) from None
        with storage_errors(self.folder / _LOCK):
            lock.truncate(0)
            lock.write(f"{_OWNER}{os.getpid()}")
            lock.flush()
        yield


def _taken(path: Path, why: str) -> StorageError:
    return StorageError(
        f"{path}: a search needs this name, and {why}; name a new or an empty folder for the search, or move it away"
    )


def _is_lock(path: Path, *, older: bool) -> bool:
    """Whether this is a lock, or free to become one; *older* versions wrote the number alone."""
    if not path.exists():
        return True
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode) or found.st_size > _MAX_LOCK_BYTES:
        return False
    content = path.read_bytes()
    number = content.removeprefix(_OWNER.encode())
    return content == b"" or (number.isdigit() and (older or number != content))


def _head(path: Path) -> dict[str, Any] | None:
    """First line of a journal; empty where there is no file, or none with content; ``None`` for any other file."""
    if not path.exists():
        return {}
    if not path.is_file():
        return None
    with path.open("rb") as source:
        first = source.readline(_MAX_HEADER_BYTES)
    header = _parsed(first) if first.strip(b"\0 \n") else {}
    return header if header is not None and set(header) in (set(), {"key", "code"}) else None


def _read(path: Path, header: dict[str, str]) -> dict[int, dict[str, Any]] | None:
    """Entries of a journal with this header, after cutting a torn tail; ``None`` for any other file, or for none."""
    if not path.is_file():
        return None
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    first, *lines = [_parsed(line) for line in whole.splitlines()] or [None]
    if first != header:
        return None
    if len(whole) < len(content):
        os.truncate(path, len(whole))
    return {line["number"]: line for line in lines if line is not None and isinstance(line.get("number"), int)}


def _parsed(line: bytes) -> dict[str, Any] | None:
    """A line's document; ``None`` where it is none."""
    try:
        document = parse_json(line, _FILE)
    except ArtifactError:
        return None
    return document if isinstance(document, dict) else None
