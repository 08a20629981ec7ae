"""``dvc.lock`` of all environments: what stages read and wrote when they were last reproduced."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from automl_flow.core.errors import ArtifactError, ConfigError, nearest, shown
from automl_flow.core.folders import is_inside
from automl_flow.core.yaml import parse_yaml
from automl_flow.dvc_stages.cache import MD5, project_cache

LOCK = "dvc.lock"
_CONFLICT = re.compile(rb"^<<<<<<<", re.MULTILINE)


@dataclass(frozen=True)
class LockedStage:
    """A recorded stage.

    Attributes:
        name: DVC's name, task and stage; see :func:`read_lock`.
        deps: MD5 of everything it read, by path.
        outs: MD5 of everything it wrote, by path.
        params: Parameter sections it used, by file, then by dotted key.
    """

    name: str
    deps: Mapping[str, str]
    outs: Mapping[str, str]
    params: Mapping[str, Mapping[str, Any]]


def read_lock(project: Path) -> dict[str, LockedStage]:
    """Return the recorded stages of *project* by name; empty if there are none.

    Stages of other environments are included under their DVC names: ``conf/prod/dvc.yaml:houses-nas``. Their paths are
    relative to the project too, because they run there.

    Raises:
        ArtifactError: See :func:`parse_lock`; or a path leads through a link to outside the project and DVC's cache.
    """
    files = [file for file in (project / LOCK, *sorted(project.glob(f"conf/*/{LOCK}"))) if file.is_file()]
    found: dict[str, LockedStage] = {}
    for file in files:
        found |= parse_lock(file.read_bytes(), file.relative_to(project).as_posix())
    if found:
        _refuse_links(project, found)
    return found


def parse_lock(text: str | bytes, file: str = LOCK) -> dict[str, LockedStage]:
    """Parse the stages in the text of a lock file; see :func:`read_lock`.

    Args:
        text: Content of the file.
        file: Its path, relative to the project.

    Raises:
        ArtifactError: It is not YAML (for example, it has merge conflict markers), DVC did not write it, or it names a
            path outside the project or a malformed hash: files that it names are read, and damaged ones deleted.
    """
    text = text.encode() if isinstance(text, str) else text
    if _CONFLICT.search(text):
        raise ArtifactError(
            f"{file}: has merge conflict markers; `git checkout --theirs {file}`, then `kedro dvc-sync` and "
            '`dvc repro` (docs/teams.md, "Merging")'
        )
    try:
        document = parse_yaml(text, file)
    except ConfigError as error:
        raise ArtifactError(str(error)) from None
    place = "" if file == LOCK else f"{file.removesuffix('.lock')}.yaml:"
    stages = _mapping(_mapping(document, file).get("stages"), f"{file}: stages")
    return {place + name: _stage(place + name, stage, f"{file}: {shown(name)}") for name, stage in stages.items()}


def _stage(name: str, recorded: Any, source: str) -> LockedStage:
    fields = _mapping(recorded, source)
    params = _mapping(fields.get("params"), f"{source}.params")
    for file, sections in params.items():
        _mapping(sections, f"{source}.params: {shown(file)}")
    deps, outs = (_hashes(fields.get(kind), f"{source}.{kind}") for kind in ("deps", "outs"))
    return LockedStage(name, deps, outs, params)


def _mapping(value: Any, source: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ArtifactError(f"{source}: must be a mapping by name, got {shown(value)}")
    return value


def _hashes(entries: Any, source: str) -> dict[str, str]:
    if not isinstance(entries, list | None):
        raise ArtifactError(f"{source}: must be a list of paths with their hashes, got {shown(entries)}")
    found = {}
    for entry in entries or ():
        fields = _mapping(entry, source)
        path, md5 = fields.get("path"), fields.get("md5")
        if not isinstance(path, str) or not _is_plain(path):
            raise ArtifactError(f"{source}: paths are relative and stay inside the project, got {shown(path)!r}")
        if md5 is not None:
            if not isinstance(md5, str) or not MD5.fullmatch(md5):
                raise ArtifactError(f"{source}: {shown(path)}: not the MD5 of a file or folder: {shown(md5)!r}")
            found[path] = md5
    return found


def _is_plain(path: str) -> bool:
    """Whether a path is valid, relative, and below its base folder."""
    pure = PurePath(path)
    return not (pure.is_absolute() or ".." in pure.parts or "\0" in path or "://" in path) and bool(path)


def _refuse_links(project: Path, stages: Mapping[str, LockedStage]) -> None:
    paths = {path for stage in stages.values() for path in (*stage.deps, *stage.outs)}
    outside = sorted(path for path in paths if not is_inside(path, project))
    if outside:  # reading DVC's settings takes a second
        cache = project_cache(project)
        outside = [path for path in outside if not cache.holds(project / path)]
    if outside:
        raise ArtifactError(
            f"{LOCK}: {shown(outside[0])} leads outside the project through a link; keep the file in it"
        )


def select_stages(stages: Mapping[str, LockedStage], names: Iterable[str]) -> dict[str, LockedStage]:
    """Return the stages selected by *names*: names of stages, or of tasks for all their stages.

    A name without an environment's file as prefix selects the stages of all environments.

    Raises:
        ConfigError: A name is neither a stage nor a task.
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
    """All names that select a stage: its own and its task's, with and without the file."""
    names = {key, key.rpartition(":")[2]}
    return names | {name.rpartition("-")[0] for name in names}


def made_by(stages: Mapping[str, LockedStage]) -> dict[str, tuple[str, str]]:
    """The stage that writes each path, with the recorded MD5, by path."""
    return {path: (name, md5) for name, stage in stages.items() for path, md5 in stage.outs.items()}
