"""Atomic folders: a reader sees the old or the new one, and foreign files are never replaced."""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from automl_flow.core.errors import StorageError, shown
from automl_flow.core.files import refuse_impossible, storage_errors, sync
from automl_flow.core.temporary import temporary

_HERE, _RENAME_EXCHANGE = -100, 2  # AT_FDCWD and the flag of renameat2(2)
_MAX_LISTED = 5  # files in an error message


def contents(folder: Path) -> list[str]:
    """Return the sorted relative paths of all files and links below *folder*; links are not followed."""
    found = []
    for place, folders, files in os.walk(folder):
        links = [name for name in folders if Path(place, name).is_symlink()]
        found += [Path(place, name).relative_to(folder).as_posix() for name in (*files, *links)]
    return sorted(found)


@contextmanager
def atomic_folder(path: Path, foreign: Callable[[Path], Sequence[str]] = contents) -> Iterator[Path]:
    """Yield an empty folder that replaces *path* when the block succeeds.

    When the block raises, *path* stays as it was. The swap is one step where the system supports it (Linux), else two;
    the old folder is removed last. The new folder has the mode of the old one.

    Args:
        path: The folder to create or replace.
        foreign: Lists the relative paths in an existing folder that are not ours; if there are any, nothing is
            written. By default all are: only an empty folder is replaced.

    Raises:
        StorageError: The disk is full, the folder cannot be written to, or it holds foreign files.
    """
    path = Path(path)
    with storage_errors(path):
        check_replaceable(path, foreign)
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary(path.parent) as place:
            draft = place / path.name
            draft.mkdir()
            yield draft
            _sync_all(draft)
            if path.exists():
                draft.chmod(stat.S_IMODE(path.stat().st_mode))
                old = _swap(draft, path, place / "old")
                try:
                    refuse_foreign(path, foreign(old))  # files may have been added in the meantime
                except StorageError:
                    _swap(old, path, place / "new")
                    raise
            else:
                draft.rename(path)
            sync(path.parent)


def check_replaceable(path: Path, foreign: Callable[[Path], Sequence[str]] = contents) -> None:
    """Raise unless *path* is free, an empty folder, or a folder without foreign files.

    Raises:
        StorageError: It is something else; the message says what, and what to do.
    """
    refuse_impossible(path)
    here = Path.cwd()
    place = path.parent.resolve() / path.name
    if path.is_symlink():
        raise StorageError(f"{path}: cannot be replaced: it is a link to {path.resolve()}; use that path")
    if here.is_relative_to(path.resolve()):
        raise StorageError(
            f"{path}: cannot be replaced: the working directory, {here}, is inside; choose a new folder in it"
        )
    if not path.exists():
        return
    if not path.is_dir():
        raise StorageError(f"{path}: cannot be replaced: it is a file; choose a folder")
    if os.path.ismount(place):
        raise StorageError(f"{path}: cannot be replaced: it is a mount point; choose a new folder in it")
    refuse_foreign(path, foreign(path))


def refuse_foreign(folder: Path, names: Sequence[str]) -> None:
    """Raise if there are any *names* of foreign files in a folder."""
    if names:
        more = len(names) - _MAX_LISTED
        listed = ", ".join(shown(name) for name in names[:_MAX_LISTED]) + (f" and {more} more" if more > 0 else "")
        raise StorageError(
            f"{folder}: would be emptied, but holds files that automl_flow did not write: {listed}; "
            "choose a new or empty folder, or move these files away"
        )


def _swap(new: Path, path: Path, aside: Path) -> Path:
    """Replace a folder by another one; return the path to which the old one has moved."""
    if _exchange(new, path):
        return new
    path.rename(aside)
    new.rename(path)
    return aside


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; return whether the system and the file system support that."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    names = (_HERE, os.fsencode(one), _HERE, os.fsencode(other))
    return rename is not None and rename(*names, _RENAME_EXCHANGE) == 0


def _sync_all(folder: Path) -> None:
    for place, _, files in os.walk(folder, topdown=False):
        for name in files:
            sync(Path(place, name))
        sync(Path(place))


def is_inside(path: str | Path, folder: Path) -> bool:
    """Whether *path* resolves to *folder* or to something inside it, once ``..`` and all links are followed.

    Args:
        path: Absolute, or relative to *folder*.
        folder: An existing folder.

    Returns:
        ``False`` also for an impossible path (a link loop, a null byte, a name that is too long).
    """
    try:
        return (folder / path).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):
        return False
