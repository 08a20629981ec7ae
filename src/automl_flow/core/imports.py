"""Imports without what is not needed of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hidden(name: str) -> Iterator[None]:
    """Make the import of the module *name* fail inside the block, unless it has happened already."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment] # this is how the import system is told "absent"
    try:
        yield
    finally:
        del sys.modules[name]
