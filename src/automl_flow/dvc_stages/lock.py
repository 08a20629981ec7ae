"""``dvc.lock``, and that of every further environment: what stages read and made when they were last reproduced."""

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
        name: Task and stage, as DVC calls it; see :func:`read_lock`.
        deps: MD5 of everything that it read, by path.
        outs: MD5 of everything that it made, by path.
        params: Sections that it took, by parameters file and then by dotted key.
    """

    name: str
    deps: Mapping[str, str]
    outs: Mapping[str, str]
    params: Mapping[str, Mapping[str, Any]]


def read_lock(project: Path) -> dict[str, LockedStage]:
    """Return the recorded stages of *project* by name; none where nothing was recorded.

    Stages of further environments are among them, called as DVC calls them: ``conf/prod/dvc.yaml:houses-nas``. Their
    paths too are relative to the project, in which they run.

    Raises:
        ArtifactError: A file is not YAML, for example because a merge left its marks in it.
    """
    files = [file for file in (project / LOCK, *sorted(project.glob(f"conf/*/{LOCK}"))) if file.is_file()]
    found: dict[str, LockedStage] = {}
    for file in files:
        found |= parse_lock(file.read_text(encoding="utf-8"), file.relative_to(project).as_posix())
    return found


def parse_lock(text: str, file: str = LOCK) -> dict[str, LockedStage]:
    """Return the stages that the text of a lock file records; see :func:`read_lock`.

    Args:
        text: Content of the file.
        file: Its path, relative to the project.
    """
    if _CONFLICT in text:
        raise ArtifactError(
            f"{file}: holds the marks of a merge conflict; `git checkout --theirs {file}`, then `kedro dvc-sync` and "
            '`dvc repro` (docs/teams.md, "Merging")'
        )
    try:
        document = _LOADER(text).get_single_data() or {}
    except yaml.YAMLError as error:
        raise ArtifactError(f"{file}: not a YAML document ({error})") from None
    recorded: Mapping[str, Any] = document.get("stages") or {}
    place = "" if file == LOCK else f"{file.removesuffix('.lock')}.yaml:"
    return {place + name: _stage(place + name, stage) for name, stage in recorded.items()}


def _stage(name: str, recorded: Mapping[str, Any]) -> LockedStage:
    return LockedStage(name, _hashes(recorded.get("deps")), _hashes(recorded.get("outs")), recorded.get("params") or {})


def _hashes(entries: Iterable[Mapping[str, Any]] | None) -> dict[str, str]:
    return {entry["path"]: entry["md5"] for entry in entries or () if "md5" in entry}


def select_stages(stages: Mapping[str, LockedStage], names: Iterable[str]) -> dict[str, LockedStage]:
    """Return the stages that are called by *names*: of stages, or of tasks for all stages of a task.

    A name without an environment's file before it stands for the stages of all environments.

    Raises:
        ConfigError: A name is neither.
    """
    chosen: dict[str, LockedStage] = {}
    for name in names:
        found = {key: stage for key, stage in stages.items() if name in _calls(key)}
        if not found:
            known = {call for key in stages for call in _calls(key)}
            raise ConfigError(f"{LOCK} knows no stage or task {name!r}{nearest(name, sorted(known))}")
        chosen |= found
    return chosen or dict(stages)


def _calls(key: str) -> set[str]:
    """What a stage answers to: its name and its task's, with and without the file that it is in."""
    names = {key, key.rpartition(":")[2]}
    return names | {name.rpartition("-")[0] for name in names}


def made_by(stages: Mapping[str, LockedStage]) -> dict[str, tuple[str, str]]:
    """Name of the stage that makes a path, and the MD5 of what it made, by path."""
    return {path: (name, md5) for name, stage in stages.items() for path, md5 in stage.outs.items()}
