"""Errors a user can act on: each names the rule, the value, where it came from and the nearest valid choice."""

from __future__ import annotations

import difflib
import errno
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any


class _Readable(Exception):  # noqa: N818 -- no error, but what errors and warnings share
    """Its text is meant for a person, and is safe to print, whoever wrote the names that stand in it."""

    def __str__(self) -> str:
        """Return the text without what a terminal would obey; its lines are ours and stay."""
        return "\n".join(map(printable, super().__str__().split("\n")))


class AutoMLFlowError(_Readable):
    """Base of all errors that automl_flow raises on purpose; its text is meant for the user."""


class ConfigError(AutoMLFlowError, ValueError):
    """A setting (a YAML key or a constructor argument) is unknown or has a value that is not allowed."""


class DataError(AutoMLFlowError, ValueError):
    """The data break a rule: missing file or column, no rows, unusable target, wrong shape."""


class BudgetError(AutoMLFlowError, RuntimeError):
    """The budget ended, or was too small, before there was anything to return."""


class ArtifactError(AutoMLFlowError, ValueError):
    """A saved model or document is damaged, was changed, or was written by an incompatible version."""


class StorageError(AutoMLFlowError, OSError):
    """A file or folder cannot be written: no space, no right, or what is there is not ours. Nothing is half done."""


class DependencyError(AutoMLFlowError, ImportError):
    """An optional library is needed and is not installed; the text names the extra to install."""


class AutoMLFlowWarning(_Readable, UserWarning):
    """What was done is not what one would expect, and goes on: its text says what, where and what to do about it."""


STORAGE_ERRORS = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EFBIG: "allow larger files (`ulimit -f`)",
    errno.EROFS: "let the project lie where it can be written",
    errno.EACCES: "give yourself the right to write there",
    errno.EPERM: "give yourself the right to write there",
    errno.ENOENT: "name another place, for no file can be made there",
    errno.ENOTDIR: "name another place, for a part of the path is a file",
    errno.EEXIST: "name another place, for a part of the path is a file",
    errno.EISDIR: "name another place, for a folder is there",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ELOOP: "name another place, for a link there leads to itself",
    errno.EBUSY: "name another place, for a disk is mounted there",
}


def storage_message(path: Path, error: OSError) -> str:
    """Say that *path* cannot be written, why, and what to do; for errors of :data:`STORAGE_ERRORS`."""
    way_out = STORAGE_ERRORS[error.errno or 0]
    return f"{path}: cannot be written: {error.strerror}; {way_out} and run again, finished trials are kept"


def shown(value: object, limit: int = 80) -> str:
    """Return *value* as text that is safe in a message, whoever wrote it.

    Args:
        value: A name, a label or a cell that comes from outside.
        limit: Letters that are kept.

    Returns:
        One line: what a terminal or a log would obey (escapes, line breaks, marks that turn the direction of text) is
        written as an escape sequence, and what is longer than *limit* is cut, with an ellipsis.
    """
    text = _text(value, str)
    return printable(text if len(text) <= limit else text[:limit] + "…")


def printable(text: str) -> str:
    """Return *text* with everything that is no letter, mark or blank written as an escape sequence, line breaks too."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


# Control characters but tab and line break, line breaks of Unicode, marks that turn text around, halves of letters.
_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(value: Any) -> Any:
    """Return what is put into a page with all that a reader would not see, but obey, as escape sequences."""
    text = value if isinstance(value, str) else str(value)
    if not _HIDDEN.search(text):
        return value
    return type(text)(_HIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text))


def quoted(value: object, limit: int = 80) -> str:
    """Return *value* as Python writes it, quotes and all, as safe in a message as :func:`shown` makes it."""
    return shown(_text(value, repr), limit)


def _text(value: object, write: Callable[[object], str]) -> str:
    """What a value says of itself; its type where it cannot (a number of 5,000 digits, a circle)."""
    try:
        return write(value)
    except Exception:  # anything may be given, and this is for the message of another error
        return f"<{type(value).__name__} that cannot be written out>"


def nearest(name: object, valid: Iterable[object]) -> str:
    """Return the end of an error sentence that points to what *name* probably meant.

    Args:
        name: What was given.
        valid: What would have been accepted; an empty collection gives an empty string.

    Returns:
        ``"; did you mean 'x'?"`` when one choice is close, else ``"; valid: a, b, c"`` (at most 20 choices).
    """
    choices = [shown(choice) for choice in valid]
    if not choices:
        return ""
    close = difflib.get_close_matches(shown(name), choices, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    listed = ", ".join(choices[:20])
    more = len(choices) - 20
    return f"; valid: {listed}" + (f" and {more} more" if more > 0 else "")
