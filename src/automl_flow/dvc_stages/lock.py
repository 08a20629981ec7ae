"""``dvc.lock``: what every stage read and made when it was last reproduced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from automl_flow.core.errors import ArtifactError, ConfigError, nearest

LOCK = "dvc.lock"
_CONFLICT = "<<<<<<<"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # as safe_load, ten times as fast where libyaml is there


@dataclass(frozen=True)
class LockedStage:
    """A stage as it was recorded.

    Attributes:
        name: Task and stage, as in ``dvc.yaml``.
        deps: MD5 of everything that it read, by path.
        outs: MD5 of everything that it made, by path.
        params: Sections that it took, by parameters file and then by dotted key.
    """

    name: str
    deps: Mapping[str, str]
    outs: Mapping[str, str]
    params: Mapping[str, Mapping[str, Any]]


def read_lock(project: Path) -> dict[str, LockedStage]:
    """Return the recorded stages of *project* by name; none where there is no ``dvc.lock``.

    Raises:
        ArtifactError: The file is not YAML, for example because a merge left its marks in it.
    """
    path = project / LOCK
    return parse_lock(path.read_text(encoding="utf-8")) if path.is_file() else {}


def parse_lock(text: str) -> dict[str, LockedStage]:
    """Return the stages that the text of a ``dvc.lock`` records; see :func:`read_lock`."""
    if _CONFLICT in text:
        raise ArtifactError(
            f"{LOCK}: holds the marks of a merge conflict; `git checkout --theirs {LOCK}`, then `kedro dvc-sync` and "
            '`dvc repro` (docs/teams.md, "Merging")'
        )
    try:
        document = _LOADER(text).get_single_data() or {}
    except yaml.YAMLError as error:
        raise ArtifactError(f"{LOCK}: not a YAML document ({error})") from None
    stages: Mapping[str, Any] = document.get("stages") or {}
    return {name: _stage(name, stage) for name, stage in stages.items()}


def _stage(name: str, recorded: Mapping[str, Any]) -> LockedStage:
    return LockedStage(name, _hashes(recorded.get("deps")), _hashes(recorded.get("outs")), recorded.get("params") or {})


def _hashes(entries: Iterable[Mapping[str, Any]] | None) -> dict[str, str]:
    return {entry["path"]: entry["md5"] for entry in entries or () if "md5" in entry}


def select_stages(stages: Mapping[str, LockedStage], names: Iterable[str]) -> dict[str, LockedStage]:
    """Return the stages that are called by *names*: of stages, or of tasks for all stages of a task.

    Raises:
        ConfigError: A name is neither.
    """
    chosen: dict[str, LockedStage] = {}
    tasks = {name.rpartition("-")[0] for name in stages}
    for name in names:
        found = {key: stage for key, stage in stages.items() if name in (key, key.rpartition("-")[0])}
        if not found:
            raise ConfigError(f"{LOCK} knows no stage or task {name!r}{nearest(name, [*tasks, *stages])}")
        chosen |= found
    return chosen or dict(stages)


def made_by(stages: Mapping[str, LockedStage]) -> dict[str, tuple[str, str]]:
    """Name of the stage that makes a path, and the MD5 of what it made, by path."""
    return {path: (name, md5) for name, stage in stages.items() for path, md5 in stage.outs.items()}
