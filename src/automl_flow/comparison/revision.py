"""A version of the project, read from git and from DVC's cache without checking anything out."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from automl_flow.core.errors import ConfigError
from automl_flow.dvc_stages.cache import Cache, project_cache
from automl_flow.dvc_stages.lock import LOCK, LockedStage, parse_lock

WORKING_TREE = "the working tree"
_LENGTH = 10  # characters of a commit's hash that people read


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
        """How a page calls it."""
        short = self.commit[:_LENGTH]
        return short if self.commit.startswith(self.name) else f"{self.name} ({short})" if short else self.name

    @cached_property
    def stages(self) -> Mapping[str, LockedStage]:
        """What ``dvc.lock`` records, by stage; nothing where there is no such file."""
        text = self.read(LOCK)
        return parse_lock(text) if text is not None else {}

    def read(self, path: str) -> bytes | None:
        """Content of a file that git keeps, or of any file of the working tree; ``None`` where there is none."""
        if not self.commit:
            file = self.project / path
            return file.read_bytes() if file.is_file() else None
        done = _git(self.project, "show", f"{self.commit}:./{path}")
        return done.stdout if done.returncode == 0 else None

    def result(self, path: str, md5: str) -> bytes | None:
        """Content of what a stage made; ``None`` where neither git nor the cache has it."""
        return self.read(path) if not self.commit else self.cache.read(md5) or self.read(path)


def open_revision(project: Path, name: str | None) -> Revision:
    """Return a version of the project.

    Args:
        project: The project's folder.
        name: Anything that git understands as a commit; ``None`` for the working tree.

    Raises:
        ConfigError: git knows no such commit, or the project is no git repository.
    """
    if name is None:
        return Revision(project, WORKING_TREE, "", "what is in the folder now", project_cache(project))
    found = _git(project, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if found.returncode != 0:
        raise ConfigError(f"git knows no commit {name!r} in {project}; `git log --oneline` lists them")
    commit = found.stdout.decode().strip()
    subject = _git(project, "show", "--no-patch", "--format=%s", commit).stdout.decode(errors="replace").strip()
    return Revision(project, name, commit, subject, project_cache(project))


def _git(project: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *arguments], cwd=project, capture_output=True, check=False)  # noqa: S603, S607
