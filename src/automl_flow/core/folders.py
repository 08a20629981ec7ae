"""Atomic folders: a reader sees the old one or the new one, and nothing that is not ours is ever replaced."""

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
_MOST_NAMED = 5  # files that a refusal names


def contents(folder: Path) -> list[str]:
    """Paths of everything but folders below *folder*, relative to it and sorted; links count and are not followed."""
    found = []
    for place, folders, files in os.walk(folder):
        links = [name for name in folders if Path(place, name).is_symlink()]
        found += [Path(place, name).relative_to(folder).as_posix() for name in (*files, *links)]
    return sorted(found)


@contextmanager
def atomic_folder(path: Path, strangers: Callable[[Path], Sequence[str]] = contents) -> Iterator[Path]:
    """Give an empty folder to fill; it takes the place of *path* when the block ends well.

    When the block raises, *path* is left as it was. An existing folder is removed last; the new one takes its place in
    one step where the system can do that (Linux), else in two. The new folder has the mode of the old one.

    Args:
        path: The folder to make or to replace.
        strangers: What in an existing folder is not ours, by path relative to it: then nothing is written. As it
            comes, everything is: only an empty folder is replaced.

    Raises:
        StorageError: The disk is full, the folder cannot be written to, or what lies there is not ours to replace.
    """
    path = Path(path)
    with storage_errors(path):
        check_replaceable(path, strangers)
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
                    refuse_strangers(path, strangers(old))  # for something may have been laid into it meanwhile
                except StorageError:
                    _swap(old, path, place / "new")
                    raise
            else:
                draft.rename(path)
            sync(path.parent)


def check_replaceable(path: Path, strangers: Callable[[Path], Sequence[str]] = contents) -> None:
    """Raise unless *path* is free, an empty folder, or a folder in which everything is ours.

    Raises:
        StorageError: It is something else; the text says what, and what to do.
    """
    refuse_impossible(path)
    here = Path.cwd()
    place = path.parent.resolve() / path.name
    if path.is_symlink():
        raise StorageError(f"{path}: cannot be replaced: it is a link to {path.resolve()}; name that folder itself")
    if here.is_relative_to(path.resolve()):
        raise StorageError(
            f"{path}: cannot be replaced: the current folder, {here}, lies in it; name a new folder in it"
        )
    if not path.exists():
        return
    if not path.is_dir():
        raise StorageError(f"{path}: cannot be replaced: it is a file; name a folder")
    if os.path.ismount(place):
        raise StorageError(f"{path}: cannot be replaced: a disk is mounted there; name a new folder in it")
    refuse_strangers(path, strangers(path))


def refuse_strangers(folder: Path, names: Sequence[str]) -> None:
    """Raise if there are any *names*: of what lies in a folder and is not ours to remove."""
    if names:
        more = len(names) - _MOST_NAMED
        listed = ", ".join(shown(name) for name in names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
        raise StorageError(
            f"{folder}: would be emptied, and holds what automl_flow has not written: {listed}; "
            "name a new or an empty folder, or move these away"
        )


def _swap(new: Path, path: Path, aside: Path) -> Path:
    """Put a folder in the place of another, and say where that is then."""
    if _exchange(new, path):
        return new
    path.rename(aside)
    new.rename(path)
    return aside


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step; say whether system and file system can do that."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    names = (_HERE, os.fsencode(one), _HERE, os.fsencode(other))
    return rename is not None and rename(*names, _RENAME_EXCHANGE) == 0


def _sync_all(folder: Path) -> None:
    for place, _, files in os.walk(folder, topdown=False):
        for name in files:
            sync(Path(place, name))
        sync(Path(place))
