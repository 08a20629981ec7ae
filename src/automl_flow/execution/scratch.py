"""One folder for all that a process and its workers write temporarily: it is gone when they are."""

from __future__ import annotations

import atexit
import multiprocessing
import shutil
import tempfile
from functools import cache
from pathlib import Path

from automl_flow.core.temporary import claim, sweep

SCRATCH = "AUTOML_FLOW_SCRATCH"  # environment variable by which a process knows its parent, and the folder
_PREFIX = "automl-"  # short, for paths of sockets may have 107 characters


@cache
def scratch_folder() -> Path:
    """Folder for temporary files of this process.

    It is removed when the process ends. Where the process is killed, its fork server or worker removes it; where that
    is killed too, the next process that asks for such a folder does.
    """
    parent = Path(tempfile.gettempdir())
    sweep(parent, _PREFIX)
    folder, _ = claim(parent, _PREFIX, folder=True)  # ours to the end: the lock is never released
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    # multiprocessing puts the socket of its fork server into a folder of its own, which nobody would sweep.
    multiprocessing.current_process()._config.setdefault("tempdir", str(folder))  # type: ignore[attr-defined]
    return folder
