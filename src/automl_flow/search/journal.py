"""The journal of a search: finished trials, a line each, so that a search which was killed goes on.

A study in memory is rebuilt by repeating the asks, which is exact; the journal only saves the evaluations.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from automl_flow.core.code import code_fingerprint
from automl_flow.core.errors import BudgetError
from automl_flow.core.files import plain

_FILE = "trials.jsonl"
_LOCK = "lock"


class Journal:
    """Append-only file of finished trials in a folder of its own.

    A line that a crash left half-written is cut off when the journal is opened. A journal that was begun with
    another *key* (other data, other settings) or by other code is started afresh, and the folder is emptied, for what
    lies beside a journal belongs to its trials.

    Attributes:
        folder: Where the journal is; workers may put large results of trials beside it.
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
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._lock():
            path = self.folder / _FILE
            header = {"key": self.key, "code": code_fingerprint()}
            known = _read(path, header)
            if known is None:
                self._empty()
                path.write_bytes(json.dumps(header).encode() + b"\n")
            self.entries = known or {}
            with path.open("ab") as self._sink:
                yield self
            self._sink = None

    def append(self, entry: dict[str, Any]) -> None:
        """Add a finished trial (it has the key ``number``) and make it survive a crash."""
        if self._sink is None:
            raise RuntimeError("the journal is not open")
        self.entries[int(entry["number"])] = entry
        self._sink.write(json.dumps(plain(entry), sort_keys=True).encode() + b"\n")
        self._sink.flush()
        os.fsync(self._sink.fileno())

    def _empty(self) -> None:
        for item in self.folder.iterdir():
            if item.is_dir() and not item.is_symlink():
                shutil.rmtree(item)
            elif item.name != _LOCK:
                item.unlink()

    @contextmanager
    def _lock(self) -> Iterator[None]:
        with (self.folder / _LOCK).open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                lock.seek(0)
                holder = lock.read().strip() or "unknown"
                raise BudgetError(
                    f"{self.folder}: another search is running here (process {holder}); wait for it or stop it"
                ) from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield


def _read(path: Path, header: dict[str, str]) -> dict[int, dict[str, Any]] | None:
    """Entries of a journal with this header, after cutting a torn tail; ``None`` for any other file, or for none."""
    if not path.is_file():
        return None
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    try:
        lines = [json.loads(line) for line in whole.splitlines()]
    except json.JSONDecodeError:
        return None
    if not lines or lines[0] != header:
        return None
    if len(whole) < len(content):
        os.truncate(path, len(whole))
    return {int(entry["number"]): entry for entry in lines[1:]}
