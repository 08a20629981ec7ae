"""Adopting outputs: DVC takes over outputs of ``kedro run`` that match ``dvc.lock``.

DVC reruns a stage whose outputs are not in the cache, even if the project has them byte for byte. ``dvc commit`` caches
them stage by stage, but stops at the first stage with any difference. DVC's status does not reveal those stages: it
reports an uncached output as such, whether or not its content is as recorded. So outputs are hashed here first.
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

_MISSING = "not in cache"  # DVC's status of uncached outputs, whatever their content
_OUTPUTS, _INPUTS = "changed outs", "changed deps"


@dataclass(frozen=True)
class Adoption:
    """Result of adopting the project's outputs.

    Attributes:
        taken: Stages whose outputs DVC took over.
        different: Outputs that differ from ``dvc.lock``, by stage.
        edited: Stages whose code, data or settings have changed since, and the stages downstream of them.
        stages: All stages in ``dvc.lock``.
    """

    taken: tuple[str, ...]
    different: Mapping[str, tuple[str, ...]]
    edited: tuple[str, ...]
    stages: tuple[str, ...]

    @property
    def unexplained(self) -> tuple[str, ...]:
        """Stages whose outputs differ although no code, data or setting has changed."""
        return tuple(name for name in self.different if name not in self.edited)


def adopt_outputs(project: Path) -> Adoption:
    """Commit missing outputs to DVC, for all stages that match ``dvc.lock`` completely.

    Raises:
        ArtifactError: ``dvc.lock`` cannot be read, or DVC failed; the message is then DVC's.
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
    """Existing outputs whose content differs from the record."""
    return tuple(path for path, md5 in stage.outs.items() if content_hash(project / path) not in (md5, None))


def _lacks_objects_only(changes: Sequence[Any], project: Path) -> bool:
    """Whether all that DVC misses of a stage is cached copies of existing outputs."""
    return bool(changes) and all(
        isinstance(change, Mapping)
        and set(change) == {_OUTPUTS}
        and all(what == _MISSING and (project / path).exists() for path, what in change[_OUTPUTS].items())
        for change in changes
    )


def _is_edited(changes: Sequence[Any], stages: Mapping[str, LockedStage]) -> bool:
    """Whether DVC reports a change not made by a stage: of the command, a setting, code or raw data."""
    made = made_by(stages)
    # An input made by another stage only follows from a change upstream; a bare string is a changed command.
    inputs = [change.get(_INPUTS, {}) if isinstance(change, Mapping) else {"": change} for change in changes]
    return any(path not in made for paths in inputs for path in paths)


def _with_followers(names: Iterable[str], stages: Mapping[str, LockedStage]) -> set[str]:
    """The stages *names*, and all stages downstream of them."""
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
    done = subprocess.run(  # noqa: S603 -- arguments are constants and stage names
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
