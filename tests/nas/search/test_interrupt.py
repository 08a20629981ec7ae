"""Ctrl-C as a terminal sends it, to a search and to all of its processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SEARCH = """
import signal
import sys
from pathlib import Path
from automl_flow.core.progress import SilentProgress
from automl_flow.nas.search.run import search_architecture
from tests.nas.problems import config, image_problem


class Said(SilentProgress):
    def start(self, label, total=None):
        print("begins:", label, flush=True)

    def advance(self, message=""):
        print("ended:", message, flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # where the tests run in the background it is ignored
    try:
        result = search_architecture(image_problem(60), config(n_jobs=2), Path(sys.argv[1]), Said())
        print(result.notes[0])
    except KeyboardInterrupt:
        sys.exit(130)
"""


def interrupted(folder: Path, moment: str) -> tuple[int, list[str], str]:
    """Exit code, what was said after Ctrl-C, and errors of a search that gets it when it says *moment*."""
    script = folder / "search.py"
    script.write_text(SEARCH)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))}
    running = subprocess.Popen(
        [sys.executable, str(script), str(folder / "state")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
        start_new_session=True,  # a group of its own, as a terminal gives it to a command
    )
    assert running.stdout is not None
    while not (line := running.stdout.readline()).startswith(moment):
        assert line, "it has ended"
    os.killpg(running.pid, signal.SIGINT)
    said, errors = running.communicate(timeout=120)
    return running.returncode, said.splitlines(), errors


def test_ctrl_c_while_workers_start_ends_all_of_them_without_a_traceback(tmp_path: Path) -> None:
    code, _, errors = interrupted(tmp_path, "begins: architecture search")
    assert (code, errors) == (130, "")


def test_ctrl_c_while_trials_run_keeps_what_is_done_without_a_traceback(tmp_path: Path) -> None:
    code, said, errors = interrupted(tmp_path, "ended: trial 0")
    assert (code, errors) == (0, "")
    assert said[-1].startswith("The search was interrupted (Ctrl-C): ")
