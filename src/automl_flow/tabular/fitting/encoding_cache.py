"""Encoded rows of the folds, which a worker keeps as long as there is room."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

_MAX_BYTES = 128 << 20


@dataclass(frozen=True)
class EncodedRows:
    """Rows of one fold in one encoding, and the preprocessor that was fitted on its training part.

    Attributes:
        preprocessor: The fitted preprocessor.
        X: Training rows.
        X_valid: Validation rows; ``None`` where all rows are for training.
    """

    preprocessor: Any
    X: Any
    X_valid: Any

    @property
    def size(self) -> int:
        """Bytes of the rows."""
        return _bytes(self.X) + _bytes(self.X_valid)


class EncodingCache:
    """Encoded folds of a worker. One thread makes an entry; others that ask for it wait."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._kept: dict[str, EncodedRows] = {}
        self._making: dict[str, threading.Lock] = {}
        self._shrinking = threading.Lock()

    def __reduce__(self) -> tuple[type[EncodingCache], tuple[()]]:
        """Arrive empty in another process."""
        return EncodingCache, ()

    def get(self, key: str, make: Callable[[], EncodedRows]) -> EncodedRows:
        """Return what is called *key*; *make* is called if it is not there."""
        with self._making.setdefault(key, threading.Lock()):
            encoded = self._kept.get(key)
            if encoded is None:
                encoded = make()
                with self._shrinking:
                    self._kept[key] = encoded
                    self._shrink(keep=key)
        return encoded

    def _shrink(self, keep: str) -> None:
        """Forget the oldest entries until the rest fits; the newest one stays."""
        for key in [key for key in self._kept if key != keep]:
            if sum(entry.size for entry in self._kept.values()) <= _MAX_BYTES:
                return
            del self._kept[key]


def _bytes(encoded: Any) -> int:
    if encoded is None:
        return 0
    usage = encoded.memory_usage(deep=False).sum() if isinstance(encoded, pd.DataFrame) else encoded.nbytes
    return int(usage)
