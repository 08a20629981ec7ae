"""Temporary files and folders that outlive no one: locked by the process that made them, swept when it has gone."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

_SUFFIX = ".tmp"


@contextmanager
def temporary(parent: Path, prefix: str, *, folder: bool = False) -> Iterator[Path]:
    """Make an empty file or folder in *parent*; it is removed when the block ends, unless it was renamed.

    A process that is killed in the block leaves it behind. The next one that asks for the same *prefix* removes it:
    the lock of a process ends with the process, so what can be locked has no owner.

    Args:
        parent: An existing folder.
        prefix: Begin of the name; it should say what the temporary thing is for.
        folder: Make a folder.
    """
    sweep(parent, prefix)
    path, lock = claim(parent, prefix, folder=folder)
    try:
        yield path
    finally:
        _remove(path)
        os.close(lock)


def claim(parent: Path, prefix: str, *, folder: bool = False) -> tuple[Path, int]:
    """Make a temporary file or folder that is this process's own until the returned descriptor is closed."""
    while True:
        if folder:
            path = Path(tempfile.mkdtemp(_SUFFIX, prefix, parent))
            lock = os.open(path, os.O_RDONLY)
        else:
            lock, name = tempfile.mkstemp(_SUFFIX, prefix, parent)
            path = Path(name)
        if _owner(lock) != "another" and path.exists():  # else it was swept before it could be locked
            return path, lock
        os.close(lock)


def sweep(parent: Path, prefix: str) -> None:
    """Remove temporary files and folders of this user in *parent* whose process has gone."""
    with os.scandir(parent) as found:
        names = [item.name for item in found if item.name.startswith(prefix) and item.name.endswith(_SUFFIX)]
    for name in names:
        try:
            lock = os.open(parent / name, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:  # gone meanwhile, a link, or another user's
            continue
        if os.fstat(lock).st_uid == os.geteuid() and _owner(lock) == "us":
            _remove(parent / name)
        os.close(lock)


def _owner(descriptor: int) -> Literal["us", "another", "unknown"]:
    """Lock a file for this process, if no other holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return "another"
    except OSError:  # a file system without locks
        return "unknown"
    return "us"


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
