"""Checks of the catalog: nothing outside the project, nothing that runs code when loaded, every input there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline

from automl_flow.core.errors import DataError, nearest, shown
from automl_flow.core.folders import is_inside
from automl_flow.datasets.allowed import check_entry, check_path
from automl_flow.datasets.base import LocalDataset, ReadOnlyDataset
from automl_flow.dvc_stages.cache import project_cache


def refuse_unsafe(catalog: Mapping[str, Any], project: Path) -> None:
    """Check catalog entries.

    Args:
        catalog: Entries and factories, with absolute paths.
        project: The project's folder.

    Raises:
        ConfigError: See :func:`automl_flow.datasets.allowed.check_entry`.
    """
    for name, entry in catalog.items():
        if not name.startswith("_"):
            check_entry(entry, f"catalog entry {shown(name)!r}", project)


def refuse_links(pipeline: Pipeline, catalog: CatalogProtocol, project: Path) -> None:
    """Check that what a pipeline reads and writes lies in the project, now that factories have made its paths.

    A link into DVC's cache is what DVC makes where ``cache.type`` says so.

    Raises:
        ConfigError: A file, or a folder above it, is a link that leads out of the project.
    """
    found = ((name, catalog.get(name)) for name in sorted(pipeline.datasets()) if not name.startswith("params:"))
    paths = {name: dataset.filepath for name, dataset in found if isinstance(dataset, LocalDataset)}
    outside = {name: path for name, path in paths.items() if not is_inside(path, project)}
    cache = project_cache(project) if outside and (project / ".dvc").is_dir() else None
    for name, path in outside.items():
        if cache is None or not cache.holds(path):
            check_path(str(path), f"{shown(name)}: filepath", project)


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
    told = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    if isinstance(dataset, ReadOnlyDataset):
        others = [p.name for p in path.parent.glob("*") if p.is_file()] if path.parent.is_dir() else []
        home = f"conf/base/catalog/{name.partition('.')[0]}.yml"
        return f"{told}: no such file (given in {home}: {name}.filepath){nearest(path.name, others)}"
    return f"{told}: {name} has not been made yet; run the stages before this one, or the whole task"
