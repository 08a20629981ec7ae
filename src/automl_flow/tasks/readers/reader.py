"""Readers of tables: the interface and the registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from automl_flow.core.registry import Registry


@dataclass(frozen=True)
class Reader:
    """A file format; a file of this package, or of ``automl_flow_extensions/tasks/readers``, exports one as ``ENTRY``.

    Attributes:
        about: What the format is, in a few words.
        suffixes: Endings of its files, in lower case and with the dot; no other reader has one of them.
        read: Reads a file that is there. It raises ``DataError`` with a cure where it knows one; any other exception is
            told as a file that cannot be read. It must not build a table that is far larger than the file
            (``core.files.refuse_expansion``), and the table keeps the names of the columns as the file has them.
        requires: Modules that must be installed.
    """

    about: str
    suffixes: tuple[str, ...]
    read: Callable[[Path], pd.DataFrame]
    requires: tuple[str, ...] = ()


READERS: Registry[Reader] = Registry("automl_flow.tasks.readers", "reader of tables")
