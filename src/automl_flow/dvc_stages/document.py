"""Generator of ``dvc.yaml`` from the view of the project: pure functions with stable order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from kedro.inspection.models import NodeSnapshot

from automl_flow.core.errors import ConfigError, quoted
from automl_flow.datasets.allowed import check_entry
from automl_flow.dvc_stages.code import PACKAGE, code_of, collapse, files_of
from automl_flow.dvc_stages.view import BASE, ProjectView

HEADER = """\
# Written by `{command}` from Kedro's view of the project; do not edit. `{command} --check` finds drift.
# A stage is one pipeline of one task. Outputs, metrics and plots come from the catalog (metadata: dvc), settings from
# the parameters, and code from what the stage's nodes import.
"""

# Modules that loading a dataset runs besides its own; saving does not. A model's fitted features are restored by name,
# so no import statement shows them.
_LOADER_MODULES = {f"{PACKAGE}.datasets.folders.ModelDataset": (f"{PACKAGE}.estimators.load", f"{PACKAGE}.features")}

LAMBDA = "<lambda>"

Stage = dict[str, Any]


def build_document(view: ProjectView) -> dict[str, Any]:
    """Return the content of ``dvc.yaml``.

    Raises:
        ConfigError: Something that DVC cannot track: an in-memory dataset between stages, a pickle, a dataset
            versioned by Kedro, a path outside the project, a node without source, a lambda, or all parameters at once.
    """
    stages = _nodes_by_stage(view)
    makers = {name: key for key, nodes in stages.items() for node in nodes for name in node.outputs}
    _check(view, stages, makers)
    return {"stages": {f"{task}-{stage}": _stage(view, task, stage, nodes) for (task, stage), nodes in stages.items()}}


def render_document(document: Mapping[str, Any], env: str = BASE) -> str:
    """Return the text of an environment's ``dvc.yaml``."""
    command = "kedro dvc-sync" if env == BASE else f"kedro dvc-sync --env {env}"
    return HEADER.format(command=command) + yaml.safe_dump(
        dict(document), sort_keys=False, allow_unicode=True, width=120
    )


def _nodes_by_stage(view: ProjectView) -> dict[tuple[str, str], list[NodeSnapshot]]:
    """Nodes of every stage of every task: tasks alphabetically, stages in flow order."""
    (everything,) = [p for p in view.snapshot.pipelines if p.name == "__default__"]
    stages: dict[tuple[str, str], list[NodeSnapshot]] = {}
    for node in everything.nodes:
        if node.namespace is None or len(node.tags) != 1:
            raise ConfigError(f"node {node.name}: must have a task as its namespace and its stage as its only tag")
        stages.setdefault((node.namespace, node.tags[0]), []).append(node)
    order = {stage: rank for rank, stage in enumerate(dict.fromkeys(stage for _, stage in stages))}
    return dict(sorted(stages.items(), key=lambda item: (item[0][0], order[item[0][1]])))


def _check(view: ProjectView, stages: Mapping[tuple[str, str], list[NodeSnapshot]], makers: Mapping[str, Any]) -> None:
    for key, nodes in stages.items():
        for node in nodes:
            if node.source is None or node.func_name == LAMBDA:
                raise ConfigError(
                    f"node {node.name}: {node.func_name} has no source file in the project, so that DVC cannot "
                    "see it change; use a named function in one of your modules"
                )
            for name in node.inputs:
                if name == "parameters":
                    raise ConfigError(f"node {node.name}: takes all parameters; name the section, as params:section")
                crosses = makers.get(name, key) != key or name not in makers
                if not name.startswith("params:") and crosses and name not in view.entries:
                    raise ConfigError(f"dataset {name}: lives in memory but crosses stages; give it a catalog entry")
            for name in (*node.inputs, *node.outputs):
                if name in view.entries:
                    _check_entry(view, name)


def _check_entry(view: ProjectView, name: str) -> None:
    entry, where = view.entries[name], f"{view.homes[name]}: {name}"
    check_entry(entry, where, view.project)
    if "filepath" not in entry:
        raise ConfigError(f"{where}: {entry['type']} has no filepath, so DVC cannot track it")
    path = Path(entry["filepath"])
    if path.is_absolute() or ".." in path.parts:
        raise ConfigError(f"{where}: filepath must be relative to the project, without '..', got {quoted(str(path))}")


def _stage(view: ProjectView, task: str, stage: str, nodes: list[NodeSnapshot]) -> Stage:
    made = sorted({name for node in nodes for name in node.outputs if name in view.entries})
    used = sorted({name for node in nodes for name in node.inputs} - {n for node in nodes for n in node.outputs})
    read = [name for name in used if name in view.entries and _kind(view, name) != "ignored"]
    conf = {view.homes[name] for name in (*made, *read)}
    deps = [*sorted(_path(view, name) for name in read), *sorted(conf), *view.shared, *_code(view, nodes, made, read)]
    result: Stage = {} if view.env == BASE else {"wdir": "../.."}
    result["cmd"] = f"kedro run --env={view.env} --namespaces={task} --tags={stage}"
    result["deps"] = _existing(view, deps)
    result["params"] = _params(view, used)
    result["outs"] = sorted(_path(view, name) for name in made if _kind(view, name) is None)
    metrics = [{_path(view, name): {"cache": False}} for name in made if _kind(view, name) == "metrics"]
    plots = [{_path(view, name): _plot(view, name)} for name in made if _kind(view, name) == "plots"]
    return {key: value for key, value in {**result, "metrics": metrics, "plots": plots}.items() if value}


def _kind(view: ProjectView, name: str) -> str | None:
    kind: str | None = (view.entries[name].get("metadata") or {}).get("dvc")
    return kind


def _plot(view: ProjectView, name: str) -> dict[str, Any]:
    return {key: value for key, value in view.entries[name]["metadata"].items() if key != "dvc"}


def _path(view: ProjectView, name: str) -> str:
    return Path(view.entries[name]["filepath"]).as_posix()


def _existing(view: ProjectView, paths: Iterable[str]) -> list[str]:
    """Unique paths; an optional settings file is a dependency only if it exists."""
    optional = {p for p in paths if p.startswith("conf/") and not (view.project / p).exists()}
    return list(dict.fromkeys(path for path in paths if path not in optional))


def _params(view: ProjectView, used: Iterable[str]) -> list[dict[str, list[str]]]:
    files: dict[str, list[str]] = {}
    for name in used:
        task, _, section = name.removeprefix("params:").partition(".")
        if name.startswith("params:"):
            for file, sections in view.parameters.get(task, {}).items():
                if section in sections:
                    files.setdefault(file, []).append(f"{task}.{section}")
    return [{file: sorted(keys)} for file, keys in sorted(files.items())]


def _code(view: ProjectView, nodes: list[NodeSnapshot], made: Iterable[str], read: Iterable[str]) -> list[str]:
    source = view.project / "src"
    starts = {view.project / node.source.filepath for node in nodes if node.source}
    # Datasets run too: their modules, the classes they hold and the loaders behind them can change a result.
    kinds = {view.entries[name]["type"] for name in (*made, *read)}
    modules = {kind.rpartition(".")[0] for kind in kinds if kind.startswith(f"{PACKAGE}.")}
    modules |= {entry["of"].rpartition(".")[0] for name in (*made, *read) if "of" in (entry := view.entries[name])}
    modules |= {module for name in read for module in _LOADER_MODULES.get(view.entries[name]["type"], ())}
    starts |= {file for module in modules for file in files_of(module, source)}
    files = collapse(code_of(starts, source), source / PACKAGE)
    return [file.relative_to(view.project).as_posix() for file in files]
