"""Fitted preprocessors on disk: a step that several of them have in common is stored, read and run once.

The encodings of the same rows have their first step in common, which reads the raw columns; and a step that learned
the same on two folds is the same.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from pydantic import Field

from automl_flow.core.documents import Document
from automl_flow.core.files import json_text
from automl_flow.execution.store import ResultStore
from automl_flow.models.family import Encoding
from automl_flow.serialization import skops
from automl_flow.serialization.manifest import Files

ALL_ROWS = -1  # stands for "fitted on all rows" where a fold number is expected


def preprocessor_key(encoding: Encoding, fold: int) -> str:
    """Name of the preprocessor of one encoding that was fitted on one fold's training rows."""
    return f"{encoding}-{'all' if fold == ALL_ROWS else fold}"


def preprocessor_file(key: str) -> str:
    """File, by its name in a store, that lists the steps of a preprocessor; it is written last."""
    return f"preprocessors/{key}.json"


def write_preprocessor(store: ResultStore, key: str, preprocessor: Any) -> None:
    """Store a fitted preprocessor, a pipeline."""
    steps = []
    for name, step in preprocessor.steps:
        content = skops.dump_preprocessor(step)
        digest = hashlib.sha256(content).hexdigest()
        if not store.exists(_step_file(digest)):
            store.put(_step_file(digest), content)
        steps.append([name, digest])
    store.put(preprocessor_file(key), json_text({"steps": steps}).encode())


def _step_file(digest: str) -> str:
    return f"preprocessors/{digest[:16]}.skops"


StepName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,49}$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Steps(Document):
    """The steps of a stored preprocessor.

    Attributes:
        steps: Name of each, and the hash of its file's content.
    """

    steps: tuple[tuple[StepName, Digest], ...] = Field(min_length=1, max_length=20)


class Preprocessors:
    """Fitted preprocessors as they are read; steps that learned the same are one object.

    Attributes:
        by_key: Preprocessors by their names.
    """

    def __init__(self) -> None:
        self.by_key: dict[str, Any] = {}
        self._steps: dict[str, Any] = {}

    def read(self, files: Files, key: str) -> None:
        """Read the preprocessor *key* that a folder holds, unless that has happened.

        Raises:
            ArtifactError: A file of it is missing or damaged, or holds a type that no preprocessor has.
        """
        from sklearn.pipeline import Pipeline

        if key not in self.by_key:
            steps = files.document(preprocessor_file(key), Steps).steps
            self.by_key[key] = Pipeline([(name, self._read_step(files, digest)) for name, digest in steps])

    def _read_step(self, files: Files, digest: str) -> Any:
        if digest not in self._steps:
            self._steps[digest] = files.read(_step_file(digest), skops.read_preprocessor)
        return self._steps[digest]
