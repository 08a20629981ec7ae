"""Verify that files and DVC's cached copies still match ``dvc.lock``.

DVC trusts its cache: it checks out an object damaged on disk as if it were good, and rerunning the stage does not
replace it, because an object of that name exists. So a damaged object has to be removed first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from automl_flow.core.errors import ArtifactError, printable
from automl_flow.dvc_stages.cache import Cache
from automl_flow.dvc_stages.hashing import content_hash
from automl_flow.dvc_stages.lock import LockedStage, made_by, read_lock

Kind = Literal["damaged object", "changed file"]


@dataclass(frozen=True)
class Fault:
    """A file that differs from what its stage wrote.

    Attributes:
        kind: A damaged object of the cache, or a project file that differs from the record.
        stage: The stage that wrote it.
        path: The output that it belongs to, relative to the project.
        file: The faulty file: the object, or the output itself.
    """

    kind: Kind
    stage: str
    path: str
    file: Path

    def __str__(self) -> str:
        return printable(f"{self.kind} {self.file}: {self.path}, made by stage {self.stage}")


@dataclass(frozen=True)
class Verdict:
    """Result of verifying stages.

    Attributes:
        faults: Damaged or changed files.
        checked: Number of outputs and inputs checked.
        absent: Outputs that are neither in the project nor in the cache.
        stale: Source inputs (data, settings, code) that have changed since, by stage.
    """

    faults: tuple[Fault, ...]
    checked: int
    absent: tuple[str, ...]
    stale: Mapping[str, tuple[str, ...]]


def verify_stages(project: Path, stages: Mapping[str, LockedStage], cache: Cache) -> Verdict:
    """Hash what *stages* consume and produce, in the project and in the cache.

    Args:
        project: The project's folder.
        stages: The stages to verify, by name.
        cache: DVC's cache.
    """
    made = made_by(read_lock(project))
    paths = list(dict.fromkeys(path for stage in stages.values() for path in (*stage.deps, *stage.outs)))
    now = {path: content_hash(project / path) for path in paths}
    outputs = {path: made[path] for path in paths if path in made}
    changed = [path for path, (_, md5) in outputs.items() if now[path] not in (md5, None)]
    faults = [*_damaged(outputs, cache), *(Fault("changed file", made[path][0], path, Path(path)) for path in changed)]
    stale = {
        name: tuple(path for path, md5 in stage.deps.items() if path not in made and now[path] != md5)
        for name, stage in stages.items()
    }
    absent = tuple(path for path, (_, md5) in outputs.items() if now[path] is None and not cache.has(md5))
    return Verdict(
        faults=tuple(faults),
        checked=len(paths),
        absent=absent,
        stale={name: found for name, found in stale.items() if found},
    )


def require_made(project: Path, hashes: Mapping[str, str | None]) -> None:
    """Check files against ``dvc.lock``, where a stage wrote them.

    Args:
        project: The project's folder.
        hashes: Current hash of every path to check, relative to the project.

    Raises:
        ArtifactError: Names the paths that differ, the stages that wrote them, and how to repair them.
    """
    made = made_by(read_lock(project))
    wrong = [path for path in hashes if path in made and hashes[path] != made[path][1]]
    if wrong:
        told = ", ".join(f"{path} (stage {made[path][0]})" for path in wrong)
        raise ArtifactError(
            f"not what dvc.lock says the stages made: {told}; the file or its copy in DVC's cache is damaged. "
            "`kedro dvc-verify --mend` removes what is damaged and says how to restore it"
        )


def remove_damaged(project: Path, faults: Iterable[Fault]) -> list[Path]:
    """Remove damaged objects from the cache, and their copies from the project.

    Any other project file that differs from the record is left to the user: it may be work in progress.

    Returns:
        Paths removed, relative to the project.
    """
    faults = list(faults)
    removed = []
    damaged: dict[str, str | None] = {}
    for fault in faults:
        if fault.kind == "damaged object":
            damaged[fault.path] = content_hash(fault.file)
            fault.file.unlink(missing_ok=True)
            removed.append(_from_project(fault.file, project))
    for fault in faults:
        file = project / fault.path
        is_copy = fault.kind == "changed file" and file.is_file() and content_hash(file) == damaged.get(fault.path, "")
        if is_copy:
            file.unlink()
            removed.append(fault.file)
    return removed


def _damaged(outputs: Mapping[str, tuple[str, str]], cache: Cache) -> Iterator[Fault]:
    seen: set[str] = set()
    for path, (stage, md5) in outputs.items():
        for part in cache.parts(md5):
            if part not in seen and cache.has(part) and not cache.is_good(part):
                yield Fault("damaged object", stage, path, cache.object(part))
            seen.add(part)


def _from_project(file: Path, project: Path) -> Path:
    return file.relative_to(project) if file.is_relative_to(project) else file
