"""Whether a path that a document names stays where it may be read, written and deleted."""

from __future__ import annotations

from pathlib import Path


def is_inside(path: str | Path, folder: Path) -> bool:
    """Whether *path* leads to something in *folder*, or to *folder* itself.

    Args:
        path: Absolute, or relative to *folder*.
        folder: An existing folder.

    Returns:
        What holds once ``..`` and all links are followed; ``False`` for what no path can be (a link that leads to
        itself, a zero byte, a name that is too long).
    """
    try:
        return (folder / path).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):
        return False
