"""Outputs that ``kedro run`` left behind and that are what ``dvc.lock`` records: DVC takes them over.

DVC runs a stage again when its outputs are not in the cache, even where they are there in the project to the byte.
``dvc commit`` puts them there. It is asked only for stages of which nothing else has changed, so that no result is
recorded that DVC did not make.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from automl_flow.core.errors import ArtifactError

_MISSING = "not in cache"  # what DVC says of outputs that are as recorded, and of those that are nowhere


def adopt_outputs(project: Path) -> list[str]:
    """Give DVC the outputs that it lacks.

    Returns:
        Stages whose outputs it took.

    Raises:
        ArtifactError: DVC failed; the text is DVC's.
    """
    status: Mapping[str, Any] = json.loads(_dvc(project, "status", "--json") or "{}")
    known = [name for name, changes in status.items() if _lacks_outputs_only(changes, project)]
    if known:
        _dvc(project, "commit", *known)
    return known


def _lacks_outputs_only(changes: Sequence[Any], project: Path) -> bool:
    """Whether nothing has changed but that outputs, which are there, are not in the cache."""
    for change in changes:
        if not isinstance(change, Mapping) or set(change) != {"changed outs"}:
            return False
        outs: Mapping[str, str] = change["changed outs"]
        if not all(what == _MISSING and (project / path).exists() for path, what in outs.items()):
            return False
    return True


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
