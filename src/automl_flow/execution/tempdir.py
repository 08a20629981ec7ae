"""One temporary folder for a process and its workers: it is gone when they are."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from automl_flow.core.errors import StorageError
from automl_flow.core.files import storage_errors
from automl_flow.core.temporary import claim, sweep


def process_tempdir() -> Path:
    """Folder for temporary files of this process; a child that was forked has one of its own.

    It is removed when the process ends. Where the process is killed, its fork server or worker removes it; where that
    is killed too, the next process that asks for such a folder does.

    Raises:
        StorageError: There is no space for it, or no place.
    """
    return _tempdir()[0]


@cache
def _tempdir() -> tuple[Path, int]:
    """The folder, and the descriptor of its lock, which is held to the end of the process."""
    parent = _temporary_files()
    with storage_errors(parent):
        sweep(parent)
        folder, lock = claim(parent)
    atexit.register(_remove, folder, os.getpid())
    return folder, lock


def _temporary_files() -> Path:
    """The system's folder for temporary files."""
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError as error:  # Python has tried to write into each of those that it knows
        raise StorageError(
            f"no temporary folder can be written to ({error.strerror}); free some space, allow larger files "
            "(`ulimit -f`), or name a folder in TMPDIR"
        ) from None


def _remove(folder: Path, owner: int) -> None:
    if os.getpid() == owner:  # a forked child has inherited this call, and its parent the folder
        shutil.rmtree(folder, ignore_errors=True)


def _forget() -> None:
    """Leave the folder, and its lock, to the parent from which this process was forked."""
    if _tempdir.cache_info().currsize:
        os.close(_tempdir()[1])
        _tempdir.cache_clear()


os.register_at_fork(after_in_child=_forget)


@contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """Make a folder that is removed when the block ends, but not by a child that was forked in it."""
    owner = os.getpid()
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=process_tempdir()))
    try:
        yield folder
    finally:
        _remove(folder, owner)
