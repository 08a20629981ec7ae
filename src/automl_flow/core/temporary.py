"""Temporary folders that their process locks, and that the next process sweeps once the owner has died.

A name proves nothing, because anybody can choose it. Only folders of this user that contain one of our lock files, and
whose lock no process holds, are removed: the lock of a process ends with the process.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX, _SUFFIX = "automl_flow-", ".tmp"
_NAME = re.compile(rf"\.?{_PREFIX}[a-z0-9_]+{re.escape(_SUFFIX)}")
_LOCK = "automl_flow.lock"
_LOOK = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # opening a pipe must not block


@contextmanager
def temporary(parent: Path) -> Iterator[Path]:
    """Create a private, hidden folder in *parent*, an existing folder; it is removed when the block ends.

    A process that is killed inside the block leaves it behind, and the next call for the same *parent* removes it. A
    child process that is forked inside the block does not.
    """
    sweep(parent)
    path, lock = claim(parent, f".{_PREFIX}")
    owner = os.getpid()
    try:
        yield path
    finally:
        if os.getpid() == owner:
            shutil.rmtree(path, ignore_errors=True)
        os.close(lock)


def claim(parent: Path, prefix: str = _PREFIX) -> tuple[Path, int]:
    """Create a temporary folder; return it and the descriptor whose lock protects it until it is closed."""
    while True:
        path = Path(tempfile.mkdtemp(_SUFFIX, prefix, parent))
        with suppress(FileNotFoundError):  # swept by another process before it was locked
            lock = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            if _lock(lock) is not False and (path / _LOCK).exists():
                return path, lock
            os.close(lock)


def sweep(parent: Path) -> None:
    """Remove temporary folders in *parent* whose process has ended."""
    with os.scandir(parent) as found:
        names = [item.name for item in found if _NAME.fullmatch(item.name)]
    for name in names:
        remove_abandoned(parent / name)


def remove_abandoned(path: Path) -> None:
    """Remove *path* if it is a temporary folder of this user whose process has ended; leave anything else alone."""
    with suppress(OSError):  # already gone, not a folder, or without our lock file
        folder = os.open(path, _LOOK | os.O_DIRECTORY)
        try:
            mine = os.fstat(folder).st_uid == os.geteuid()
            lock = os.open(_LOCK, _LOOK, dir_fd=folder)
        finally:
            os.close(folder)
        try:
            if mine and _is_ours(lock) and _lock(lock):
                _remove_all(path)
        finally:
            os.close(lock)


def _remove_all(path: Path) -> None:
    """Remove our folder even if others still write to it; the lock goes last, so that another sweep finds the rest."""
    hidden = path.with_name(f".{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}")
    path.rename(hidden)  # from here on no process can reach it by name
    for item in hidden.iterdir():
        if item.is_dir() and not item.is_symlink():
            shutil.rmtree(item, ignore_errors=True)
        elif item.name != _LOCK:
            item.unlink()
    shutil.rmtree(hidden, ignore_errors=True)


def _is_ours(lock: int) -> bool:
    """Whether this is a lock file of this user as :func:`claim` creates it."""
    found = os.fstat(lock)
    return stat.S_ISREG(found.st_mode) and found.st_size == 0 and found.st_uid == os.geteuid()


def _lock(descriptor: int) -> bool | None:
    """Lock a file; return whether that worked, or ``None`` on a file system without locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True
