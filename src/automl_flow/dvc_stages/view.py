"""View of the project for the generator: Kedro's snapshot, the catalog, and the origin of settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kedro.framework.project import settings
from kedro.inspection import get_project_snapshot
from kedro.inspection.models import ProjectSnapshot
from kedro.io.catalog_config_resolver import CatalogConfigResolver

from automl_flow.core.errors import ConfigError, nearest
from automl_flow.core.yaml import read_yaml

LOCK_FILES = ("requirements.lock", "requirements.txt")
BASE = "base"
_SUFFIXES = (".yml", ".yaml")


@dataclass(frozen=True)
class ProjectView:
    """Input of the generator.

    Attributes:
        project: The project's folder.
        snapshot: Pipelines and nodes, from Kedro.
        entries: Catalog entries of all datasets in pipelines, with factories resolved and relative paths.
        homes: File that defines each dataset's catalog entry, relative to the project.
        parameters: Files that set each task's parameters, with the sections in each.
        shared: Files that every stage depends on: globals and the lock file.
        env: Environment of the stages; settings it lacks come from ``base``.
    """

    project: Path
    snapshot: ProjectSnapshot
    entries: Mapping[str, Mapping[str, Any]]
    homes: Mapping[str, str]
    parameters: Mapping[str, Mapping[str, Mapping[str, Any]]]
    shared: tuple[str, ...]
    env: str = BASE


def stages_file(env: str) -> str:
    """Path of the ``dvc.yaml`` of an environment, relative to the project."""
    return "dvc.yaml" if env == BASE else f"conf/{env}/dvc.yaml"


def view_project(project: Path, env: str = BASE) -> ProjectView:
    """Inspect the project in one environment, without running or writing anything.

    Raises:
        ConfigError: There is no such environment, or it is ``local``, which is personal.
    """
    source = project / settings.CONF_SOURCE
    _require_shared(source, env)
    snapshot = get_project_snapshot(project, env=env)
    loader = settings.CONFIG_LOADER_CLASS(conf_source=str(source), env=env, **settings.CONFIG_LOADER_ARGS)
    resolver = CatalogConfigResolver(config=loader["catalog"], default_runtime_patterns={})
    names = sorted({n for p in snapshot.pipelines for node in p.nodes for n in (*node.inputs, *node.outputs)})
    folders = [source / name for name in dict.fromkeys((BASE, env))]
    written = _homes(folders, project)
    entries, homes = {}, {}
    for name in names:
        pattern = name if name in resolver.config else resolver.match_dataset_pattern(name)
        if name.startswith("params:") or pattern is None:
            continue
        entries[name] = resolver.resolve_pattern(name)
        homes[name] = written[pattern]
    globals_ = [file.relative_to(project).as_posix() for file in _files(folders, "globals")]
    shared = (*globals_, *(name for name in LOCK_FILES if (project / name).is_file()))
    return ProjectView(project, snapshot, entries, homes, _parameters(folders, project), shared, env)


def _require_shared(source: Path, env: str) -> None:
    tracked = sorted(folder.name for folder in source.iterdir() if folder.is_dir() and folder.name != "local")
    if env not in tracked:
        raise ConfigError(
            f"--env: DVC can only track environments that a team shares, not {env!r}{nearest(env, tracked)}"
        )


def _files(folders: Iterable[Path], kind: str) -> Iterator[Path]:
    """Files from which Kedro reads settings of *kind*; later ones override earlier ones."""
    for folder in folders:
        found = {file for pattern in (f"{kind}*", f"{kind}*/**/*", f"**/{kind}*") for file in folder.glob(pattern)}
        yield from sorted(file for file in found if file.is_file() and file.suffix in _SUFFIXES)


def _homes(folders: Iterable[Path], project: Path) -> dict[str, str]:
    """Defining file of every catalog entry and factory."""
    return {str(name): path for path, entries in _read(_files(folders, "catalog"), project) for name in entries}


def _parameters(folders: Iterable[Path], project: Path) -> dict[str, dict[str, Mapping[str, Any]]]:
    """Files and sections of every task."""
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for path, tasks in _read(_files(folders, "parameters"), project):
        for task, sections in tasks.items():
            found.setdefault(str(task), {})[path] = sections or {}
    return found


def _read(files: Iterable[Path], project: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for file in files:
        source = file.relative_to(project).as_posix()
        yield source, read_yaml(file, source) or {}
