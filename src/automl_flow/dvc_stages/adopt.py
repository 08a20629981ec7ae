"""Outputs that ``kedro run`` left behind and that are what ``dvc.lock`` records: DVC takes them over.

DVC runs a stage again when its outputs are not in the cache, even where they are there in the project to the byte.
``dvc commit`` puts them there, stage by stage, and gives up at the first stage of which anything differs. DVC's status
does not tell which these are: it calls an output that is not in the cache just that, whether its content is as recorded
or not. So outputs are hashed here first.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automl_flow.core.errors import ArtifactError
from automl_flow.dvc_stages.hashing import content_hash
from automl_flow.dvc_stages.lock import LockedStage, made_by, read_lock

_MISSING = "not in cache"  # what DVC says of outputs that are not in its cache, with any content
_OUTPUTS, _INPUTS = "changed outs", "changed deps"


@dataclass(frozen=True)
class Adoption:
    """What became of the outputs that are in the project.

    Attributes:
        taken: Stages whose outputs DVC took over.
        different: Outputs that are not what ``dvc.lock`` records, by stage.
        edited: Stages of which code, data or settings have changed since, and those that read what these make.
        stages: All stages that ``dvc.lock`` records.
    """

    taken: tuple[str, ...]
    different: Mapping[str, tuple[str, ...]]
    edited: tuple[str, ...]
    stages: tuple[str, ...]

    @property
    def unexplained(self) -> tuple[str, ...]:
        """Stages whose outputs differ although nothing that people write has changed."""
        return tuple(name for name in self.different if name not in self.edited)


def adopt_outputs(project: Path) -> Adoption:
    """Give DVC the outputs that it lacks, of all stages of which everything is as recorded.

    Raises:
        ArtifactError: ``dvc.lock`` cannot be read, or DVC failed; then the text is DVC's.
    """
    stages = read_lock(project)
    status: Mapping[str, Sequence[Any]] = json.loads(_dvc(project, "status", "--json") or "{}") if stages else {}
    different = {name: found for name, stage in stages.items() if (found := _different(stage, project))}
    edited = _with_followers((name for name in stages if _is_edited(status.get(name, ()), stages)), stages)
    taken = [name for name in stages if name not in different and _lacks_objects_only(status.get(name, ()), project)]
    if taken:
        _dvc(project, "commit", *taken)
    return Adoption(tuple(taken), different, tuple(name for name in stages if name in edited), tuple(stages))


def _different(stage: LockedStage, project: Path) -> tuple[str, ...]:
    """Outputs that are there with another content."""
    return tuple(path for path, md5 in stage.outs.items() if content_hash(project / path) not in (md5, None))


def _lacks_objects_only(changes: Sequence[Any], project: Path) -> bool:
    """Whether DVC misses nothing of a stage but copies of outputs that are there."""
    return bool(changes) and all(
        isinstance(change, Mapping)
        and set(change) == {_OUTPUTS}
        and all(what == _MISSING and (project / path).exists() for path, what in change[_OUTPUTS].items())
        for change in changes
    )


def _is_edited(changes: Sequence[Any], stages: Mapping[str, LockedStage]) -> bool:
    """Whether DVC names a change that no stage has made: of the command, a setting, the code, or raw data."""
    made = made_by(stages)
    inputs = [change.get(_INPUTS, {}) if isinstance(change, Mapping) else {"": change} for change in changes]
    return any(path not in made for paths in inputs for path in paths)


def _with_followers(names: Iterable[str], stages: Mapping[str, LockedStage]) -> set[str]:
    """Stages, and all that read what they make, directly or not."""
    made = made_by(stages)
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [
                other for other, stage in stages.items() if any(made.get(p, ("",))[0] == name for p in stage.deps)
            ]
    return found


def _dvc(project: Path, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 -- arguments are ours and names of stages
        [sys.executable, "-m", "dvc", *arguments],
        cwd=project,
        env={**os.environ, "DVC_NO_ANALYTICS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ArtifactError(f"dvc {arguments[0]} failed: {done.stderr.strip()}")
    return done.stdout
