"""Checks of the catalog: nothing outside the project, nothing that runs code when loaded, every input there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline

from automl_flow.core.errors import ConfigError, DataError, nearest
from automl_flow.datasets.base import LocalDataset, ReadOnlyDataset


def refuse_unsafe(catalog: Mapping[str, Any], project: Path) -> None:
    """Check catalog entries.

    Args:
        catalog: Entries and factories, with absolute paths.
        project: The project's folder.

    Raises:
        ConfigError: An entry is a pickle, is versioned by Kedro, or has a path that leaves the project.
    """
    for name, entry in catalog.items():
        if not isinstance(entry, Mapping) or name.startswith("_"):
            continue
        kind, path = str(entry.get("type", "")), str(entry.get("filepath", ""))
        if "pickle" in kind.lower():
            raise ConfigError(f"catalog entry {name!r}: {kind} runs the code that a file holds; use a dataset of ours")
        if entry.get("versioned"):
            raise ConfigError(f"catalog entry {name!r}: versioned: true never settles under DVC; DVC keeps versions")
        if path and "://" not in path and not is_inside(path, project):
            raise ConfigError(f"catalog entry {name!r}: filepath must stay inside the project, got {path}")


def is_inside(path: str, project: Path) -> bool:
    """Whether *path*, absolute or relative to *project*, stays inside it once ``..`` is resolved."""
    resolved = Path(os.path.normpath(project / path))
    return resolved.is_relative_to(project)


def require_inputs(pipeline: Pipeline, catalog: CatalogProtocol) -> None:
    """Check that everything the pipeline reads and does not make is there, before anything runs.

    Raises:
        DataError: Names the file, the catalog entry that asks for it, and what to do.
    """
    for name in sorted(pipeline.inputs()):
        if name.startswith("params:") or name == "parameters":
            continue
        dataset = catalog.get(name)
        if isinstance(dataset, LocalDataset) and not dataset.exists():
            raise DataError(_absent(name, dataset))


def _absent(name: str, dataset: LocalDataset[Any]) -> str:
    path = dataset.filepath
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    if isinstance(dataset, ReadOnlyDataset):
        beside = [p.name for p in path.parent.glob("*") if p.is_file()] if path.parent.is_dir() else []
        home = f"conf/base/catalog/{name.partition('.')[0]}.yml"
        return f"{shown}: no such file (given in {home}: {name}.filepath){nearest(path.name, beside)}"
    return f"{shown}: {name} has not been made yet; run the stages before this one, or the whole task"
