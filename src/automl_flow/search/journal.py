"""The journal of a search: finished trials, a line each, so that a search which was killed goes on.

A study in memory is rebuilt by repeating the asks, which is exact; the journal only saves the evaluations.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from automl_flow.core.errors import BudgetError
from automl_flow.core.files import plain

_FILE = "trials.jsonl"
_LOCK = "lock"


class Journal:
    """Append-only file of finished trials in a folder of its own.

    A line that a crash left half-written is cut off when the journal is opened. A journal that was begun with
    another *key* (other data, other settings) is started afresh.

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
            self.entries = _read(path, self.key)
            if not self.entries:
                path.write_bytes(json.dumps({"key": self.key}).encode() + b"\n")
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


def _read(path: Path, key: str) -> dict[int, dict[str, Any]]:
    """Entries of a journal of the same key, after cutting a torn tail; none for any other file."""
    if not path.is_file():
        return {}
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    try:
        lines = [json.loads(line) for line in whole.splitlines()]
    except json.JSONDecodeError:
        return {}
    if not lines or lines[0] != {"key": key}:
        return {}
    if len(whole) < len(content):
        os.truncate(path, len(whole))
    return {int(entry["number"]): entry for entry in lines[1:]}
