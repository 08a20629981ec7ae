"""Base of our datasets: one local path, a description, and metadata for the DVC generator."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

from kedro.io import AbstractDataset

from automl_flow.core.errors import DataError

T = TypeVar("T")


class LocalDataset(AbstractDataset[T, T], Generic[T]):
    """A dataset in one local file or folder.

    Subclasses implement :meth:`load` and :meth:`save`; a save goes through :mod:`automl_flow.core.files`, so that a
    reader (and DVC) sees the old or the new content, never a mixture.
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        """Store the location of the data.

        Args:
            filepath: Path of the file or folder; Kedro makes it absolute.
            metadata: Free keys; ``dvc: metrics | plots | external`` tells ``kedro dvc-sync`` how to track the file.
        """
        self.filepath = Path(filepath)
        self.metadata = metadata

    def at(self, filepath: Path) -> Self:
        """Return the same dataset at another path."""
        moved = copy.copy(self)
        moved.filepath = filepath
        return moved

    def _exists(self) -> bool:
        return self.filepath.exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self.filepath)}

    def _require(self) -> Path:
        """Return the path of the file to load, which must exist."""
        if not self.filepath.exists():
            raise DataError(f"{self.filepath}: no such file; run the stage that makes it first")
        return self.filepath


class ReadOnlyDataset(LocalDataset[T], Generic[T]):
    """Raw data from outside: the flow reads but never writes them."""

    def save(self, data: T) -> None:  # noqa: ARG002 -- the signature is Kedro's
        """Refuse.

        Raises:
            DataError: Always.
        """
        raise DataError(f"{self.filepath}: raw files are inputs of the flow and never written")
