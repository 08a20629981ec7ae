"""Fitted preprocessors on disk: a step that several of them have in common is stored, read and run once.

The encodings of the same rows have their first step in common, which reads the raw columns; and a step that learned
the same on two folds is the same.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from automl_flow.core.files import read_json, write_bytes, write_json
from automl_flow.search import storage
from automl_flow.search.family import Encoding

ALL_ROWS = -1  # stands for "fitted on all rows" where a fold number is expected


def preprocessor_key(encoding: Encoding, fold: int) -> str:
    """Name of the preprocessor of one encoding that was fitted on one fold's training rows."""
    return f"{encoding}-{'all' if fold == ALL_ROWS else fold}"


def preprocessor_path(folder: Path, key: str) -> Path:
    """File that lists the steps of a stored preprocessor; it is written last."""
    return folder / "preprocessors" / f"{key}.json"


def write_preprocessor(folder: Path, key: str, preprocessor: Any) -> None:
    """Store a fitted preprocessor, a pipeline, in a folder."""
    steps = []
    for name, step in preprocessor.steps:
        content = storage.dump(step)
        digest = hashlib.sha256(content).hexdigest()
        path = _step_path(folder, digest)
        if not path.is_file():
            write_bytes(path, content)
        steps.append([name, digest])
    write_json(preprocessor_path(folder, key), steps)


def _step_path(folder: Path, digest: str) -> Path:
    return folder / "preprocessors" / f"{digest[:16]}.skops"


class Preprocessors:
    """Fitted preprocessors as they are read; steps that learned the same are one object.

    Attributes:
        by_key: Preprocessors by their names.
    """

    def __init__(self) -> None:
        self.by_key: dict[str, Any] = {}
        self._steps: dict[str, Any] = {}

    def read(self, folder: Path, key: str) -> None:
        """Read the preprocessor *key* that a folder holds, unless that has happened."""
        from sklearn.pipeline import Pipeline

        if key not in self.by_key:
            steps = read_json(preprocessor_path(folder, key))
            self.by_key[key] = Pipeline([(name, self._read_step(folder, digest)) for name, digest in steps])

    def _read_step(self, folder: Path, digest: str) -> Any:
        if digest not in self._steps:
            path = _step_path(folder, digest)
            self._steps[digest] = storage.load(path.read_bytes(), str(path))
        return self._steps[digest]


@dataclass
class Rows:
    """Raw rows that several models predict, in several threads; each step of a preprocessor is taken once.

    Attributes:
        frame: The rows.
    """

    frame: pd.DataFrame
    _encoded: dict[tuple[int, ...], Any] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def encoded(self, preprocessor: Any) -> Any:
        """The rows as *preprocessor*, a pipeline, encodes them."""
        rows: Any = self.frame
        steps: tuple[int, ...] = ()
        with self._lock:  # Python's own lock lets one thread encode at a time anyway
            for _, step in preprocessor.steps:
                steps = (*steps, id(step))
                if steps not in self._encoded:
                    self._encoded[steps] = step.transform(rows)
                rows = self._encoded[steps]
        return rows
