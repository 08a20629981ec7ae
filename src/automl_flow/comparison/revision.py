"""A version of the project, read without checking anything out: a commit from git and DVC's cache, or the folder."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from automl_flow.core.errors import ConfigError
from automl_flow.core.folders import is_inside
from automl_flow.core.yaml import parse_yaml
from automl_flow.dvc_stages.cache import Cache, project_cache
from automl_flow.dvc_stages.hashing import content_hash
from automl_flow.dvc_stages.lock import LOCK, LockedStage, parse_lock

WORKING_TREE = "the working tree"
_LENGTH = 10  # characters of a commit's hash to show


@dataclass(frozen=True)
class Revision:
    """One side of a comparison.

    Attributes:
        project: The project's folder.
        name: What it was called: a branch, a tag, a hash, or :data:`WORKING_TREE`.
        commit: Hash of the commit; empty for the working tree.
        subject: First line of its message.
        cache: DVC's cache, where results are that git does not keep.
    """

    project: Path
    name: str
    commit: str
    subject: str
    cache: Cache = field(repr=False)

    @property
    def title(self) -> str:
        """Title on the page."""
        short = self.commit[:_LENGTH]
        return short if self.commit.startswith(self.name) else f"{self.name} ({short})" if short else self.name

    @cached_property
    def stages(self) -> Mapping[str, LockedStage]:
        """What each stage read and made: as recorded in a commit, as it is now in the working tree.

        Of the working tree, ``dvc.lock`` says only which files and settings belong to a stage; files that are not there
        are left out.
        """
        if self.commit:
            return self.recorded
        paths = {path for stage in self.recorded.values() for path in (*stage.deps, *stage.outs)}
        found = {path: md5 for path in sorted(paths) if (md5 := content_hash(self.project / path)) is not None}
        return {name: self._as_it_is(stage, found) for name, stage in self.recorded.items()}

    @cached_property
    def recorded(self) -> Mapping[str, LockedStage]:
        """What ``dvc.lock`` records, by stage; nothing where there is no such file."""
        text = self.read(LOCK)
        return parse_lock(text) if text is not None else {}

    def read(self, path: str) -> bytes | None:
        """Content of a file in git or in the working tree; ``None`` if there is none."""
        if not self.commit:
            return self._here(path)
        done = _git(self.project, "show", f"{self.commit}:./{path}")
        return done.stdout if done.returncode == 0 else None

    def result(self, path: str, md5: str) -> bytes | None:
        """Content of a stage's output; ``None`` if neither the cache, git nor the folder has it as recorded."""
        if not self.commit:
            return self.read(path)
        kept = self.cache.read(md5)
        if kept is not None:
            return kept
        copies = (self.read(path), self._here(path))
        return next((copy for copy in copies if copy is not None and _md5(copy) == md5), None)

    def _here(self, path: str) -> bytes | None:
        """Content of a file of the working tree; ``None`` where there is none, or a link leads out of the project."""
        file = self.project / path
        reachable = file.is_file() and (is_inside(path, self.project) or self.cache.holds(file))
        return file.read_bytes() if reachable else None

    def settings(self, file: str) -> Mapping[str, Any]:
        """Sections that a parameters file sets, by dotted name; none where there is no such file."""
        text = self.read(file)
        tasks = parse_yaml(text, file) if text else {}
        return {
            f"{task}.{name}": value
            for task, sections in (tasks.items() if isinstance(tasks, Mapping) else ())
            for name, value in (sections.items() if isinstance(sections, Mapping) else ())
        }

    def _as_it_is(self, stage: LockedStage, found: Mapping[str, str]) -> LockedStage:
        params = {}
        for file, sections in stage.params.items():
            written = self.settings(file)
            params[file] = {name: written[name] for name in sections if name in written}
        deps, outs = ({path: found[path] for path in paths if path in found} for paths in (stage.deps, stage.outs))
        return replace(stage, deps=deps, outs=outs, params=params)


def open_revision(project: Path, name: str | None) -> Revision:
    """Return a version of the project.

    Args:
        project: The project's folder.
        name: Anything that git understands as a commit; ``None`` for the working tree.

    Raises:
        ConfigError: git knows no such commit, or the project is no git repository.
    """
    if name is None:
        return Revision(project, WORKING_TREE, "", "the files in the folder, committed or not", project_cache(project))
    found = _git(project, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if found.returncode != 0:
        raise ConfigError(f"git knows no commit {name!r} in {project}; `git log --oneline` lists them")
    commit = found.stdout.decode().strip()
    subject = _git(project, "show", "--no-patch", "--format=%s", commit).stdout.decode(errors="replace").strip()
    return Revision(project, name, commit, subject, project_cache(project))


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _git(project: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *arguments], cwd=project, capture_output=True, check=False)  # noqa: S603, S607
