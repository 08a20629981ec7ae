"""Validation of the names in the options of ``kedro run``: nodes, stages, tasks, datasets, environments."""

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
    """Return the folder of the project around the working directory, or the working directory outside of projects."""
    return find_kedro_project(Path.cwd()) or Path.cwd()


def use_settings(folder: Path) -> None:
    """Read the tasks from ``--conf-source``, too: Kedro does not pass it on when it asks for the pipelines.

    Raises:
        ConfigError: It is not a folder.
    """
    if not folder.is_dir():
        raise ConfigError(f"--conf-source: must be a settings folder, got {shown(folder)}; unpack an archive first")
    settings.set("CONF_SOURCE", folder.resolve().as_posix())


def require_environment(project: Path, env: str | None) -> None:
    """Check that the settings of an environment exist; without a name, those of ``KEDRO_ENV``.

    Raises:
        ConfigError: There is no settings folder, or no environment of that name in it.
    """
    name = env or os.environ.get("KEDRO_ENV")
    source = project / settings.CONF_SOURCE
    if not (source / "base").is_dir():
        raise ConfigError(f"{source}: no project settings; run this in the project folder, or set --conf-source")
    known = sorted(folder.name for folder in source.glob("*") if folder.is_dir())
    if name and name not in known:
        option = "--env" if env else "KEDRO_ENV"
        raise ConfigError(f"{option}: there is no environment {shown(name)!r} in {source.name}{nearest(name, known)}")


def require_choices(options: Mapping[str, Any]) -> None:
    """Check the names in the options of ``kedro run`` before anything is loaded.

    Raises:
        ConfigError: A name is unknown, or the options leave no node to run.
    """
    names = options.get("pipelines") or ["__default__"]
    for name in names:
        _require("--pipeline", name, pipelines, "pipeline")
    chosen = sum((pipelines[name] for name in names), Pipeline([]))
    nodes = [node.name for node in chosen.nodes]
    tasks = [node.namespace for node in chosen.nodes if node.namespace]
    stages = [tag for node in chosen.nodes for tag in node.tags]
    for option, known, what in (
        ("node_names", nodes, "node"),
        ("from_nodes", nodes, "node"),
        ("to_nodes", nodes, "node"),
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
        raise ConfigError(
            f"--load-versions: this project is versioned by DVC and git, not by Kedro ({', '.join(versions)})"
        )


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
        given_options = " ".join(
            f"{_SPELLING.get(name, '--' + name.replace('_', '-'))}={','.join(values)}"
            for name, values in filters.items()
            if values
        )
        raise ConfigError(f"no node matches all options: {given_options or 'the project has no task'}") from None


def _require_runner(name: str | None) -> None:
    if name is None:
        return
    try:
        load_obj(name, "kedro.runner")
    except (ImportError, AttributeError, ValueError):
        raise ConfigError(f"--runner: there is no runner {shown(name)!r}{nearest(name, _RUNNERS)}") from None
