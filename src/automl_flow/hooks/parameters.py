"""Checking task settings before anything runs, in words that name the file and the key."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from kedro.framework.context import KedroContext
from kedro.framework.project import pipelines
from kedro.validation import TypeExtractor

from automl_flow.core.config import Config, parse_config
from automl_flow.core.errors import ConfigError, nearest, shown
from automl_flow.dvc_stages.view import BASE, stages_file
from automl_flow.hooks.origins import origin

logger = logging.getLogger("automl_flow")


def refuse_untracked(context: KedroContext) -> None:
    """Refuse settings that DVC does not see in a stage that DVC runs, and say which are not read.

    Raises:
        ConfigError: ``--params`` were given, or the environment is neither ``base`` nor one that has its own stages.
    """
    stage = os.environ.get("DVC_STAGE")
    if not stage:
        return
    if context.config_loader.runtime_params:
        given = ", ".join(sorted(map(str, context.config_loader.runtime_params)))
        raise ConfigError(f"stage {stage} is run by DVC, which cannot track --params ({given}); edit the task's file")
    env = context.env or "local"
    project = Path(context.project_path)
    if env != BASE and not (env != "local" and (project / stages_file(env)).is_file()):
        raise ConfigError(
            f"stage {stage} is run by DVC, which tracks conf/base and environments that have a dvc.yaml of their own; "
            f"the environment must be base, got {env!r}"
        )
    if ignored := _personal(project):
        logger.warning("Not read in a stage that DVC runs, which knows what a team shares: %s", ", ".join(ignored))


def _personal(project: Path) -> list[str]:
    """Settings of one person, relative to the project."""
    kinds = ("parameters", "catalog", "globals")
    files = (file for file in sorted((project / "conf/local").rglob("*.y*ml")) if file.is_file())
    shown = [file.relative_to(project).as_posix() for file in files]
    return [path for path in shown if any(kind in path for kind in kinds)]


def settle_parameters(context: KedroContext) -> None:
    """Check all sections of all tasks; sections that are left out get their defaults, and tasks their names.

    What a section may hold is read off the nodes: the configuration class that annotates the argument.

    Raises:
        ConfigError: A file is not YAML, or a section or key is unknown, missing, or of the wrong type.
    """
    parameters = _load(context)
    wanted: dict[str, dict[str, type[Config]]] = {}
    for key, model in TypeExtractor({"all": pipelines["__default__"]}).extract_types_from_pipelines().items():
        task, _, section = key.partition(".")
        wanted.setdefault(task, {})[section] = model
    settled = dict(parameters)
    for task, models in wanted.items():
        settled[task] = _settle_task(task, parameters.get(task), models, context)
    unknown = sorted(set(parameters) - set(wanted))
    if unknown:
        message = f"there is no task {shown(unknown[0])!r} in conf/base{nearest(unknown[0], wanted)}"
        raise _named(message, unknown[0], context)
    context.config_loader["parameters"] = settled


def _load(context: KedroContext) -> dict[str, Any]:
    try:
        return dict(context.config_loader["parameters"])
    except ConfigError:
        raise
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(f"conf: parameters cannot be read: {error}") from None


def _settle_task(task: str, sections: Any, models: Mapping[str, type[Config]], context: KedroContext) -> dict[str, Any]:
    if not isinstance(sections, Mapping):
        raise _named(f"{task}: must hold the sections of a task, got {shown(sections)}", task, context)
    for section in sections:
        if section not in models:
            key = f"{shown(task)}.{shown(section)}"
            raise _named(f"{key}: unknown section{nearest(section, models)}", f"{task}.{section}", context)
    settled = {section: sections.get(section) or {} for section in models}
    if isinstance(settled["task"], Mapping):
        settled["task"] = {**settled["task"], "name": task}
    for section, values in settled.items():
        try:
            parse_config(models[section], values, f"{task}.{section}")
        except ConfigError as error:
            lines = [_named(line, _key(line, f"{task}.{section}"), context) for line in str(error).splitlines()]
            raise ConfigError("\n".join(map(str, lines))) from None
    return settled


def _key(line: str, section: str) -> str:
    """The dotted key that a line of an error is about."""
    key = line.partition(": ")[0]
    return key if key.startswith(f"{section}.") else section


def _named(message: str, key: str, context: KedroContext) -> ConfigError:
    """An error with what sets *key* before it."""
    return ConfigError(f"{origin(context.config_loader, key)}: {message}")
