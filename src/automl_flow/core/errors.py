"""Errors that a user can act on: the rule, the value, where it came from and the nearest valid choice."""

from __future__ import annotations

import difflib
import errno
import re
import sys
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from typing import Any


class _Readable(Exception):  # noqa: N818 -- a base of errors and of a warning
    """An exception whose message is safe to print, even if it quotes untrusted data."""

    def __str__(self) -> str:
        """Return the text with control characters escaped; line breaks are ours and stay."""
        return "\n".join(map(printable, super().__str__().split("\n")))


class AutoMLFlowError(_Readable):
    """Base of all errors that automl_flow raises on purpose."""


class ConfigError(AutoMLFlowError, ValueError):
    """A setting (a YAML key or a constructor argument) is unknown or has an invalid value."""


class DataError(AutoMLFlowError, ValueError):
    """The data are unusable: a missing file or column, no rows, an invalid target, a wrong shape."""


class BudgetError(AutoMLFlowError, RuntimeError):
    """The budget was used up before there was a result."""


class ArtifactError(AutoMLFlowError, ValueError):
    """A saved model or document is damaged, was modified, or was written by an incompatible version."""


class StorageError(AutoMLFlowError, OSError):
    """A file or folder cannot be written: no space, no permission, or foreign files. Nothing is left half written."""


class DependencyError(AutoMLFlowError, ImportError):
    """An optional library is missing; the message names the extra to install."""


class AutoMLFlowWarning(_Readable, UserWarning):
    """Something unexpected happened, and work continues; the message says what, where and what to do about it."""


STORAGE_ERRORS = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EFBIG: "allow larger files (`ulimit -f`)",
    errno.EROFS: "move the project to a writable location",
    errno.EACCES: "grant yourself write permission",
    errno.EPERM: "grant yourself write permission",
    errno.ENOENT: "choose another path, because no file can be created there",
    errno.ENOTDIR: "choose another path, because a part of this one is a file",
    errno.EEXIST: "choose another path, because a part of this one is a file",
    errno.EISDIR: "choose another path, because this one is a folder",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ELOOP: "choose another path, because the links on this one form a loop",
    errno.EBUSY: "choose another path, because this one is a mount point",
}


def storage_message(path: Path, error: OSError) -> str:
    """Return why *path* cannot be written, and what to do; for errors in :data:`STORAGE_ERRORS`."""
    advice = STORAGE_ERRORS[error.errno or 0]
    return f"{path}: cannot be written: {error.strerror}; {advice} and run again, finished trials are kept"


def shown(value: object, limit: int = 80) -> str:
    """Return *value* as text that is safe in a message, even if it comes from untrusted data.

    Args:
        value: A name, a label or a cell.
        limit: Number of characters to keep.

    Returns:
        One line: control characters, line breaks and marks that change the direction of text are escaped, and longer
        text is cut with an ellipsis.
    """
    text = _text(value, str)
    return printable(text if len(text) <= limit else text[:limit] + "…")


def printable(text: str) -> str:
    """Return *text* with all unprintable characters escaped, line breaks included."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


# Control characters except tab and line break, Unicode line breaks, direction marks, lone surrogates.
_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(value: Any) -> Any:
    """Return *value* for an HTML page, with invisible control characters escaped."""
    text = value if isinstance(value, str) else str(value)
    if not _HIDDEN.search(text):
        return value
    return type(text)(_HIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text))


def quoted(value: object, limit: int = 80) -> str:
    """Return the ``repr`` of *value*, made safe like :func:`shown`."""
    return shown(_text(value, repr), limit)


def _text(value: object, write: Callable[[object], str]) -> str:
    """Text of a value, or its type if that fails (an integer of 5,000 digits, a circular object)."""
    try:
        return write(value)
    except Exception:  # any object may come in, and a failure here would hide the error being reported
        return f"<{type(value).__name__} without a text form>"


def listed(items: Iterable[object], limit: int = 5) -> str:
    """Join the first *limit* items for a message: ``a, b and 3 more``."""
    values = list(items)
    told = ", ".join(shown(value, 200) for value in values[:limit])
    rest = len(values) - limit
    return f"{told} and {rest} more" if rest > 0 else told


def nearest(name: object, valid: Iterable[object]) -> str:
    """Return the end of an error message that suggests valid choices.

    Args:
        name: The invalid name.
        valid: The valid choices; an empty collection gives an empty string.

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


def warn(text: str) -> None:
    """Issue an :class:`AutoMLFlowWarning` that points to the innermost line outside this package."""
    ours = __name__.partition(".")[0]
    frame: FrameType | None = sys._getframe(1)
    level = 2  # the caller of this function, as `warnings.warn` counts
    while frame is not None and str(frame.f_globals.get("__name__", "")).partition(".")[0] == ours:
        frame, level = frame.f_back, level + 1
    warnings.warn(text, AutoMLFlowWarning, stacklevel=level)
