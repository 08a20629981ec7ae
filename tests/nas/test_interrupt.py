"""Ctrl-C as a terminal sends it, to a search and to all of its processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SEARCH = """
import sys
from pathlib import Path
from automl_flow.core.progress import SilentProgress
from automl_flow.nas.search import search_architecture
from tests.nas.problems import config, image_problem


class Said(SilentProgress):
    def start(self, label, total=None):
        print("begins:", label, flush=True)


if __name__ == "__main__":
    try:
        search_architecture(image_problem(60), config(n_jobs=2), Path(sys.argv[1]), Said())
    except KeyboardInterrupt:
        sys.exit(130)
"""


def test_ctrl_c_while_workers_start_ends_all_of_them_without_a_traceback(tmp_path: Path) -> None:
    script = tmp_path / "search.py"
    script.write_text(SEARCH)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))}
    running = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "state")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
        start_new_session=True,  # a group of its own, as a terminal gives it to a command
    )
    assert running.stdout is not None
    assert running.stdout.readline() == "begins: architecture search, 2 epochs\n"
    os.killpg(running.pid, signal.SIGINT)
    _, errors = running.communicate(timeout=120)
    assert (running.returncode, errors) == (130, "")
