"""Bounds on what a small file may become in memory."""

from __future__ import annotations

from pathlib import Path

from automl_flow.core.errors import DataError

_HARMLESS = 256 << 20  # bytes that are read whatever the file's size
_LARGEST_RATIO = 500  # data of people shrink two to thirty times


def refuse_expansion(path: Path, expanded: int) -> None:
    """Refuse a compressed file that is made to fill the memory.

    Args:
        path: The file.
        expanded: Bytes that it says it holds.

    Raises:
        DataError: More than 256 MB, and more than 500 times the file's own size; or more than this machine's memory.
    """
    import psutil

    stored, free = path.stat().st_size, psutil.virtual_memory().available
    if expanded > max(_HARMLESS, _LARGEST_RATIO * stored):
        raise DataError(
            f"{path}: its {stored:,} bytes would become {expanded / 1e9:,.1f} GB in memory, which no data of people do;"
            " store it without compression if it is right"
        )
    if expanded > free:
        raise DataError(
            f"{path}: would take {expanded / 1e9:,.1f} GB of memory, and {free / 1e9:,.1f} GB are free; "
            "take fewer rows or columns"
        )
