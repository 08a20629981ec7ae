"""Closing gaps in how DVC runs a stage: files edited meanwhile, damaged inputs, and orphaned stages.

DVC hashes a stage's dependencies after its command, so a file that was edited during the run would be credited with
the old output. A damaged object of its cache is handed out silently. And a stage continues when ``dvc repro`` is
killed. Nothing here does anything outside DVC.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

from automl_flow.core.errors import DataError
from automl_flow.core.yaml import read_yaml
from automl_flow.dvc_stages.hashing import content_hash
from automl_flow.dvc_stages.verify import require_made
from automl_flow.dvc_stages.view import BASE, stages_file

_PACE = 1.0  # between checks of the parent


class TrackedRun:
    """One stage run by DVC, from start to end."""

    def __init__(self, project: Path, stage: str, env: str = BASE) -> None:
        """Hash what the stage depends on, and check the outputs of other stages that it reads.

        Args:
            project: The project's folder.
            stage: The stage as DVC calls it; of another environment than ``base`` with its file before it.
            env: Environment of the stage.

        Raises:
            ArtifactError: A file is not the one that the stage which made it left behind.
        """
        self.project = project
        self.stage = stage.rpartition(":")[2]
        self.file = project / stages_file(env)
        self.hashes = {path: content_hash(project / path) for path in self._dependencies()}
        require_made(project, self.hashes)

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
        document = read_yaml(self.file)
        return list(document["stages"].get(self.stage, {}).get("deps", []))


def end_with_parent() -> None:
    """End this process soon after the one that started it has gone, so that it cannot write as an orphan."""
    import psutil

    watched = [process for process in psutil.Process().parents()[:2] if process.pid > 1]

    def watch() -> None:
        while all(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in watched):
            time.sleep(_PACE)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()
