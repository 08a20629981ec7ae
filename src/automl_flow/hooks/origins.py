"""Origin of a setting: the option ``--params``, or the file that has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kedro.config import AbstractConfigLoader

from automl_flow.core.yaml import read_yaml

PARAMS = "--params"


def origin(loader: AbstractConfigLoader, key: str) -> str:
    """Return the origin of a dotted key, as a person would name it.

    Args:
        loader: What the settings were read by.
        key: A key below a task, such as ``penguins.nas.seed``. Where nothing sets it, the one above it counts.

    Returns:
        ``--params``, or a path relative to the current folder; the base file of the task where nothing is found.
    """
    parts = key.split(".")
    if len(parts) > 1 and _holds(loader.runtime_params or {}, parts):
        return PARAMS
    conf = Path(loader.conf_source)
    sources = list(_sources(loader, conf))
    for depth in range(len(parts), 0, -1):
        for file, settings in sources:
            if _holds(settings, parts[:depth]):
                return _shown(file)
    if _holds(loader.runtime_params or {}, parts[:1]):
        return PARAMS
    return _shown(conf / "base" / "parameters" / f"{parts[0]}.yml")


def _sources(loader: AbstractConfigLoader, conf: Path) -> Iterator[tuple[Path, Any]]:
    """Files of parameters, those that override others first."""
    for env in dict.fromkeys((loader.env or "local", "base")):
        for file in sorted((conf / env).rglob("*.y*ml")):
            if "parameters" in file.relative_to(conf / env).as_posix():
                yield file, read_yaml(file, _shown(file))


def _holds(settings: Any, parts: list[str]) -> bool:
    """Whether settings have a key, or end above it in something that is no mapping."""
    for part in parts:
        if not isinstance(settings, Mapping):
            return True
        if part not in settings:
            return False
        settings = settings[part]
    return True


def _shown(file: Path) -> str:
    here = Path.cwd()
    return file.relative_to(here).as_posix() if file.is_relative_to(here) else str(file)
