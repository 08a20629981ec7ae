"""Journal of a search: one line per finished trial, so that a killed search resumes.

The in-memory study is rebuilt exactly by repeating the asks; the journal only saves the evaluations.

The journal owns the files ``trials.jsonl`` and ``lock`` and the sub-folder ``trials`` of its folder. Nothing else in
the folder is touched, and if one of these names is taken by something foreign, the journal is not opened.
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
_OWNER = "automl_flow "  # prefix of the lock's content; the process id follows
_MAX_LOCK_BYTES, _MAX_HEADER_BYTES = 32, 4096


def results_folder(folder: Path) -> Path:
    """Sub-folder of a journal's *folder* for files of its trials, emptied when the journal starts afresh."""
    return Path(folder) / _RESULTS


def check_folder(folder: Path) -> None:
    """Raise if *folder* cannot hold a journal, because one of its names is taken by a foreign file.

    Raises:
        StorageError: Names the file, and what to do.
    """
    folder = Path(folder)
    refuse_impossible(folder)
    if not folder.exists():
        return
    if not folder.is_dir():
        raise StorageError(f"{folder}: cannot be the folder of a search: it is a file; name a folder")
    file, lock, results = folder / _FILE, folder / _LOCK, results_folder(folder)
    for path in (file, lock, results):
        if path.is_symlink():
            raise _taken(path, "it is a link")
    head = _head(file)
    if head is None:
        raise _taken(file, "it is not the journal of a search")
    if not _is_lock(lock, older=bool(head)):
        raise _taken(lock, "it is not the lock of a search")
    if results.exists() and not results.is_dir():
        raise _taken(results, "it is a file")
    if not head:
        refuse_foreign(results, contents(results))


class Journal:
    """Append-only file of finished trials in a folder of its own.

    A line half-written by a crash is cut off when the journal is opened; a damaged line is skipped, and its trial is
    rerun. A journal with another *key* (other data, other settings) or of other code is started afresh, and
    :func:`results_folder` is emptied, because its content belongs to the trials.

    Attributes:
        folder: Folder of the journal.
        entries: Finished trials by number (the last entry of a number counts).
    """

    def __init__(self, folder: Path, key: str) -> None:
        """Set the folder and key; nothing is read or written before :meth:`open`.

        Args:
            folder: Folder of the journal, created if missing.
            key: Hash of everything the results depend on.
        """
        self.folder = Path(folder)
        self.key = key
        self.entries: dict[int, dict[str, Any]] = {}
        self._sink: IO[bytes] | None = None

    @property
    def spent(self) -> float:
        """Seconds of search that the entries took, according to the last one."""
        return max((float(entry.get("elapsed", 0.0)) for entry in self.entries.values()), default=0.0)

    @contextmanager
    def open(self) -> Iterator[Journal]:
        """Lock the folder, read the journal, and allow appending inside the block.

        Raises:
            BudgetError: Another process is searching in this folder; the message has its process id.
            StorageError: The folder is not writable, the disk is full, or a foreign file has one of our names.
        """
        check_folder(self.folder)
        with storage_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            sweep(self.folder)  # leftovers of a process killed while creating the journal
            lock = (self.folder / _LOCK).open("a+")
        with lock, self._held(lock), self._prepared().open("ab", buffering=0) as self._sink:
            yield self
        self._sink = None

    def _prepared(self) -> Path:
        """Read the journal, or start it afresh."""
        path = self.folder / _FILE
        header = {"key": self.key, "code": code_fingerprint()}
        known = _read(path, header)
        with storage_errors(path):
            if known is None:
                shutil.rmtree(results_folder(self.folder), ignore_errors=True)
                write_bytes(path, json.dumps(header).encode() + b"\n")
            os.close(os.open(path, os.O_WRONLY | os.O_APPEND))  # report missing write permission before the search runs
        self.entries = known or {}
        return path

    def append(self, entry: dict[str, Any]) -> None:
        """Append a finished trial (with the key ``number``) durably.

        Raises:
            StorageError: The disk is full; nothing of the line is left in the file.
        """
        if self._sink is None:
            raise RuntimeError("the journal is not open")
        line = json.dumps(plain(entry), sort_keys=True).encode() + b"\n"
        before = self._sink.seek(0, os.SEEK_END)
        with storage_errors(self.folder / _FILE):
            try:
                while line:  # a nearly full disk may accept only a part
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
        f"{path}: a search needs this name, but {why}; name a new or empty folder for the search, or move it away"
    )


def _is_lock(path: Path, *, older: bool) -> bool:
    """Whether this is a lock, or free to become one; *older* versions wrote only the process id."""
    if not path.exists():
        return True
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode) or found.st_size > _MAX_LOCK_BYTES:
        return False
    content = path.read_bytes()
    number = content.removeprefix(_OWNER.encode())
    return content == b"" or (number.isdigit() and (older or number != content))


def _head(path: Path) -> dict[str, Any] | None:
    """First line of a journal; empty if the file is missing or empty; ``None`` for any other file."""
    if not path.exists():
        return {}
    if not path.is_file():
        return None
    with path.open("rb") as source:
        first = source.readline(_MAX_HEADER_BYTES)
    header = _parsed(first) if first.strip(b"\0 \n") else {}
    return header if header is not None and set(header) in (set(), {"key", "code"}) else None


def _read(path: Path, header: dict[str, str]) -> dict[int, dict[str, Any]] | None:
    """Entries of a journal with this header, after cutting a torn tail; ``None`` if it is missing or another file."""
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
    """A line's JSON object; ``None`` if it is not one."""
    try:
        document = parse_json(line, _FILE)
    except ArtifactError:
        return None
    return document if isinstance(document, dict) else None
