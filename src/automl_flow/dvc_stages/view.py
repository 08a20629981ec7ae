"""What the generator looks at, gathered once: Kedro's snapshot, the catalog, and which file sets what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from kedro.config import OmegaConfigLoader
from kedro.framework.project import settings
from kedro.inspection import get_project_snapshot
from kedro.inspection.models import ProjectSnapshot
from kedro.io.catalog_config_resolver import CatalogConfigResolver

LOCK_FILES = ("requirements.lock", "requirements.txt")


@dataclass(frozen=True)
class ProjectView:
    """The project as the generator sees it.

    Attributes:
        project: The project's folder.
        snapshot: Pipelines and nodes, from Kedro.
        entries: Catalog entry of every dataset that a pipeline uses, factories resolved, paths relative.
        homes: File that defines the catalog entry of every dataset, relative to the project.
        parameters: Sections of every task as its file in ``conf/base/parameters`` has them.
        shared: Files that every stage depends on: globals and the lock file.
    """

    project: Path
    snapshot: ProjectSnapshot
    entries: Mapping[str, Mapping[str, Any]]
    homes: Mapping[str, str]
    parameters: Mapping[str, tuple[str, Mapping[str, Any]]]
    shared: tuple[str, ...]


def view_project(project: Path) -> ProjectView:
    """Look at the project in its base environment, without running or writing anything."""
    snapshot = get_project_snapshot(project, env="base")
    conf = project / settings.CONF_SOURCE / "base"
    loader = OmegaConfigLoader(
        conf_source=str(project / settings.CONF_SOURCE), env="base", **settings.CONFIG_LOADER_ARGS
    )
    resolver = CatalogConfigResolver(config=loader["catalog"], default_runtime_patterns={})
    names = sorted({n for p in snapshot.pipelines for node in p.nodes for n in (*node.inputs, *node.outputs)})
    written = _homes(conf, project)
    entries, homes = {}, {}
    for name in names:
        pattern = name if name in resolver.config else resolver.match_dataset_pattern(name)
        if name.startswith("params:") or pattern is None:
            continue
        entries[name] = resolver.resolve_pattern(name)
        homes[name] = written[pattern]
    shared = [f"{conf.relative_to(project).as_posix()}/globals.yml", *LOCK_FILES]
    present = tuple(name for name in shared if (project / name).is_file())
    return ProjectView(project, snapshot, entries, homes, _parameters(conf, project), present)


def _homes(conf: Path, project: Path) -> dict[str, str]:
    """File of every catalog entry and factory."""
    return {
        str(name): file.relative_to(project).as_posix()
        for file in sorted(conf.glob("catalog/*.yml"))
        for name in yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    }


def _parameters(conf: Path, project: Path) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """File and sections of every task."""
    return {
        str(task): (file.relative_to(project).as_posix(), sections)
        for file in sorted(conf.glob("parameters/*.yml"))
        for task, sections in (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).items()
    }
