"""The pipelines that people run by name, made from the task files in ``conf/base/parameters``.

A task is a YAML file; no Python is edited to add one. Its modality decides which stages exist. Tasks are read from the
base environment, because Kedro asks for pipelines before it knows the environment; others change values only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kedro.framework.project import settings
from kedro.pipeline import Pipeline
from kedro.utils import find_kedro_project

from automl_flow.core.config import parse_config
from automl_flow.core.errors import ConfigError, shown
from automl_flow.core.yaml import read_yaml
from automl_flow.pipelines.evaluation.pipeline import create_pipeline as evaluation
from automl_flow.pipelines.feature_engineering.pipeline import create_pipeline as feature_engineering
from automl_flow.pipelines.inference.pipeline import create_pipeline as inference
from automl_flow.pipelines.model_search.pipeline import create_pipeline as model_search
from automl_flow.pipelines.nas.pipeline import create_pipeline as nas
from automl_flow.pipelines.preprocessing.pipeline import create_pipeline as preprocessing
from automl_flow.pipelines.validation.pipeline import create_pipeline as validation
from automl_flow.tasks.spec import TaskSpec

# In the order of the flow. A stage that a task does not have is an empty pipeline.
STAGES: dict[str, Callable[[TaskSpec], Pipeline]] = {
    "validation": validation,
    "preprocessing": preprocessing,
    "feature_engineering": feature_engineering,
    "model_search": model_search,
    "nas": nas,
    "evaluation": evaluation,
    "inference": inference,
}


def register_pipelines() -> dict[str, Pipeline]:
    """Return all runnable pipelines.

    ``__default__`` is everything; the name of a task runs that task from end to end; the name of a stage runs that
    stage with everything upstream of it, for the tasks that have it.

    Raises:
        ConfigError: A task file cannot be read, or its ``task`` section is wrong.
    """
    project = find_kedro_project(Path.cwd()) or Path.cwd()
    tasks = read_tasks(project, project / settings.CONF_SOURCE / "base" / "parameters")
    stages = {(task, stage): _stage(task, spec, stage) for task, spec in tasks.items() for stage in STAGES}
    everything = sum(stages.values(), Pipeline([]))
    pipelines = {"__default__": everything}
    for task in tasks:
        pipelines[task] = sum((p for (owner, _), p in stages.items() if owner == task), Pipeline([]))
    for stage in STAGES:
        nodes = [node.name for (_, name), p in stages.items() if name == stage for node in p.nodes]
        if nodes:
            pipelines[stage] = everything.to_nodes(*nodes)
    return pipelines


def read_tasks(project: Path, folder: Path) -> dict[str, TaskSpec]:
    """Return the task of every file in *folder*, in alphabetical order of their names.

    Args:
        project: The project's folder, to which paths in messages are relative.
        folder: Folder of the task files; a file holds one or more tasks under their names.
    """
    specs: dict[str, TaskSpec] = {}
    for file in sorted(folder.glob("*.yml")):
        source = file.relative_to(project).as_posix() if file.is_relative_to(project) else str(file)
        for name, sections in _read_sections(file, source).items():
            specs[name] = _read_task(name, sections, source)
    return dict(sorted(specs.items()))


def _read_sections(file: Path, source: str) -> Mapping[str, Any]:
    document = read_yaml(file, source)
    if not isinstance(document, Mapping):
        raise ConfigError(f"{source}: must hold the sections of a task under the task's name, got {shown(document)}")
    return document


def _read_task(name: object, sections: object, source: str) -> TaskSpec:
    if not isinstance(name, str) or not name.isidentifier() or name in STAGES:
        rule = "must be made of letters, digits and underscores, and not be the name of a stage"
        raise ConfigError(f"{source}: the name of a task {rule}, got {shown(name)!r}")
    if not isinstance(sections, Mapping) or "task" not in sections:
        raise ConfigError(f"{source}: {name}.task: this section is required (modality, target, problem)")
    values = sections["task"]
    named = {**values, "name": name} if isinstance(values, Mapping) else values
    return parse_config(TaskSpec, named, f"{source}: {name}.task")


def _stage(task: str, spec: TaskSpec, stage: str) -> Pipeline:
    return Pipeline(STAGES[stage](spec), namespace=task, tags=stage)
