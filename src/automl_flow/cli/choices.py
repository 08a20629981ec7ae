"""What the options of ``kedro run`` may name: steps, stages, tasks, datasets, environments."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kedro.framework.project import pipelines, settings
from kedro.pipeline import Pipeline
from kedro.utils import find_kedro_project, load_obj

from automl_flow.core.errors import ConfigError, nearest, shown

_RUNNERS = ("SequentialRunner", "ThreadRunner", "ParallelRunner")


def project_folder() -> Path:
    """Folder of the project that the current folder is in; the current folder, for an installed package."""
    return find_kedro_project(Path.cwd()) or Path.cwd()


def use_settings(folder: Path) -> None:
    """Read tasks, too, from the settings that ``--conf-source`` names: Kedro asks for them without saying from where.

    Raises:
        ConfigError: It is no folder.
    """
    if not folder.is_dir():
        raise ConfigError(f"--conf-source: must be a folder of settings, got {shown(folder)}; unpack an archive first")
    settings.set("CONF_SOURCE", folder.resolve().as_posix())


def require_environment(project: Path, env: str | None) -> None:
    """Check that there are settings, and those of an environment; without a name that of ``KEDRO_ENV``, if any.

    Raises:
        ConfigError: There is no folder of settings, or none of that name in it.
    """
    name = env or os.environ.get("KEDRO_ENV")
    source = project / settings.CONF_SOURCE
    if not (source / "base").is_dir():
        raise ConfigError(
            f"{source}: no settings of a project; run this in the project's folder, or name them by --conf-source"
        )
    known = sorted(folder.name for folder in source.glob("*") if folder.is_dir())
    if name and name not in known:
        option = "--env" if env else "KEDRO_ENV"
        raise ConfigError(f"{option}: there is no environment {shown(name)!r} in {source.name}{nearest(name, known)}")


def require_choices(options: Mapping[str, Any]) -> None:
    """Check the names that were given to ``kedro run``, before anything is loaded.

    Raises:
        ConfigError: A name that nothing has, or names that leave no step to run.
    """
    names = options.get("pipelines") or ["__default__"]
    for name in names:
        _require("--pipeline", name, pipelines, "pipeline")
    chosen = sum((pipelines[name] for name in names), Pipeline([]))
    steps = [node.name for node in chosen.nodes]
    tasks = [node.namespace for node in chosen.nodes if node.namespace]
    stages = [tag for node in chosen.nodes for tag in node.tags]
    for option, known, what in (
        ("node_names", steps, "step"),
        ("from_nodes", steps, "step"),
        ("to_nodes", steps, "step"),
        ("tags", stages, "stage"),
        ("namespaces", tasks, "task"),
        ("from_inputs", chosen.datasets(), "dataset"),
        ("to_outputs", chosen.datasets(), "dataset"),
    ):
        for name in options.get(option) or ():
            _require(_SPELLING.get(option, f"--{option.replace('_', '-')}"), name, known, what)
    _require_steps(chosen, options)
    _require_runner(options.get("runner"))
    if versions := options.get("load_versions"):
        raise ConfigError(f"--load-versions: Kedro keeps no versions here ({', '.join(versions)}); DVC and git do")


_SPELLING = {"node_names": "--nodes"}


def _require(option: str, name: str, known: Iterable[str], what: str) -> None:
    choices = sorted(set(known))
    if name not in choices:
        raise ConfigError(f"{option}: there is no {what} {shown(name)!r}{nearest(name, choices)}")


def _require_steps(chosen: Pipeline, options: Mapping[str, Any]) -> None:
    given = {name: options.get(name) for name in ("tags", "from_nodes", "to_nodes", "node_names", "from_inputs")}
    try:
        chosen.filter(**given, to_outputs=options.get("to_outputs"), node_namespaces=options.get("namespaces"))
    except ValueError:
        filters = {**given, "to_outputs": options.get("to_outputs"), "namespaces": options.get("namespaces")}
        told = " ".join(
            f"{_SPELLING.get(name, '--' + name.replace('_', '-'))}={','.join(values)}"
            for name, values in filters.items()
            if values
        )
        raise ConfigError(f"no step fits all that was asked for: {told or 'the project has no task'}") from None


def _require_runner(name: str | None) -> None:
    if name is None:
        return
    try:
        load_obj(name, "kedro.runner")
    except (ImportError, AttributeError, ValueError):
        raise ConfigError(f"--runner: there is no runner {shown(name)!r}{nearest(name, _RUNNERS)}") from None
