"""What DVC leaves open while it runs a stage: files that change meanwhile, damaged inputs, and orphans.

DVC hashes a stage's dependencies after its command, so a file that was edited during the run would be credited with
the old output. A damaged object of its cache is handed out without a word. And a stage goes on when ``dvc repro`` is
killed. Nothing here does anything outside DVC.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import threading
import time
from collections.abc import Mapping
from operator import itemgetter
from pathlib import Path
from typing import Any

import yaml

from automl_flow.core.errors import ArtifactError, DataError

_PACE = 1.0  # seconds between two looks at the parent
_NOT_CONTENT = ("__pycache__",)


class TrackedRun:
    """One stage under DVC, from its start to its end."""

    def __init__(self, project: Path, stage: str) -> None:
        """Hash what the stage depends on, and check the outputs of other stages that it reads.

        Raises:
            ArtifactError: A file is not the one that the stage which made it left behind.
        """
        self.project = project
        self.stage = stage
        self.hashes = {path: content_hash(project / path) for path in self._dependencies()}
        verify(project, self.hashes)

    def check_unchanged(self) -> None:
        """Compare with the hashes of the start.

        Raises:
            DataError: Names every dependency that was edited while the stage ran.
        """
        changed = [path for path, before in self.hashes.items() if content_hash(self.project / path) != before]
        if changed:
            raise DataError(
                f"stage {self.stage}: edited while the stage was running: {', '.join(changed)}; "
                "its result belongs to neither version, run `dvc repro` again"
            )

    def _dependencies(self) -> list[str]:
        document = yaml.safe_load((self.project / "dvc.yaml").read_text(encoding="utf-8"))
        return list(document["stages"].get(self.stage, {}).get("deps", []))


def verify(project: Path, hashes: Mapping[str, str | None]) -> None:
    """Compare files with what ``dvc.lock`` says of the stages that made them.

    Args:
        project: The project's folder.
        hashes: Hash of every path to look at, relative to the project, as it is now.

    Raises:
        ArtifactError: Names the paths that differ, and how to mend them.
    """
    wrong = [path for path, made in made_hashes(project).items() if path in hashes and hashes[path] != made]
    if wrong:
        raise ArtifactError(
            f"not what dvc.lock says the stages made: {', '.join(wrong)}; the file or its copy in DVC's cache is "
            "damaged. `dvc fetch --force` and `dvc checkout --force` mend it where there is a remote, "
            "`dvc repro --force` with the stage's name makes it anew"
        )


def made_hashes(project: Path) -> dict[str, str]:
    """Hash of every output in ``dvc.lock`` by its path; none without the file."""
    lock = project / "dvc.lock"
    if not lock.is_file():
        return {}
    stages: Mapping[str, Any] = (yaml.safe_load(lock.read_text(encoding="utf-8")) or {}).get("stages", {})
    return {out["path"]: out["md5"] for stage in stages.values() for out in stage.get("outs", []) if "md5" in out}


def content_hash(path: Path) -> str | None:
    """MD5 of a file or folder as DVC counts it; ``None`` where there is nothing."""
    if path.is_dir():
        files = [p for p in sorted(path.rglob("*")) if p.is_file() and not set(p.parts) & set(_NOT_CONTENT)]
        listed = [{"md5": _md5(p), "relpath": p.relative_to(path).as_posix()} for p in files]
        listed.sort(key=itemgetter("relpath"))
        return hashlib.md5(json.dumps(listed, sort_keys=True).encode(), usedforsecurity=False).hexdigest() + ".dir"
    return _md5(path) if path.is_file() else None


def _md5(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def end_with_parent() -> None:
    """End this process soon after the one that started it has gone, so that it cannot write as an orphan."""
    import psutil

    watched = [process for process in psutil.Process().parents()[:2] if process.pid > 1]

    def watch() -> None:
        while all(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in watched):
            time.sleep(_PACE)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()
