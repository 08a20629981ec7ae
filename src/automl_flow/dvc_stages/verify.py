"""Check that files and DVC's copies of them still are what ``dvc.lock`` says.

DVC trusts its cache: an object that a disk has damaged is handed out as if it were good, and running the stage again
does not replace it, because DVC sees that an object of that name is there. So a damaged object has to go first.
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
    """Something that is not what a stage made.

    Attributes:
        kind: A damaged object of the cache, or a file of the project that differs from what was recorded.
        stage: The stage that made it.
        path: The output that it belongs to, relative to the project.
        file: What is wrong: the object, or the output itself.
    """

    kind: Kind
    stage: str
    path: str
    file: Path

    def __str__(self) -> str:
        return printable(f"{self.kind} {self.file}: {self.path}, made by stage {self.stage}")


@dataclass(frozen=True)
class Verdict:
    """What a look at some stages found.

    Attributes:
        faults: What is wrong.
        checked: How many outputs and inputs were looked at.
        absent: Outputs that are neither in the project nor in the cache.
        stale: Inputs that people wrote (data, settings, code) and have changed since, by stage.
    """

    faults: tuple[Fault, ...]
    checked: int
    absent: tuple[str, ...]
    stale: Mapping[str, tuple[str, ...]]


def verify_stages(project: Path, stages: Mapping[str, LockedStage], cache: Cache) -> Verdict:
    """Hash what *stages* consume and produce, in the project and in the cache.

    Args:
        project: The project's folder.
        stages: The stages to look at, by name.
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
    """Compare files with what ``dvc.lock`` says of the stages that made them.

    Args:
        project: The project's folder.
        hashes: Hash of every path to look at, relative to the project, as it is now.

    Raises:
        ArtifactError: Names the paths that differ, the stages that made them, and how to mend them.
    """
    made = made_by(read_lock(project))
    wrong = [path for path in hashes if path in made and hashes[path] != made[path][1]]
    if wrong:
        told = ", ".join(f"{path} (stage {made[path][0]})" for path in wrong)
        raise ArtifactError(
            f"not what dvc.lock says the stages made: {told}; the file or its copy in DVC's cache is damaged. "
            "`kedro dvc-verify --mend` takes out what is damaged and says how to get it back"
        )


def remove_damaged(project: Path, faults: Iterable[Fault]) -> list[Path]:
    """Take damaged objects out of the cache, and with them copies of them in the project.

    A file of the project that differs from the damaged object, too, or while DVC's copy is good, is left to the user:
    it may be work.

    Returns:
        What was removed, relative to the project.
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
