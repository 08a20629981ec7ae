"""A process that is killed in the middle of a save leaves the old file, or none: never half of one."""

import signal
import subprocess
import sys

import pytest

_SAVE = """
import os, signal, sys
import pandas as pd
from automl_flow.datasets.tables import FrameDataset

dataset = FrameDataset(filepath=sys.argv[1])
if sys.argv[2] == "again":
    dataset.save(pd.DataFrame({"x": [1]}))

def write_half(self, path, **options):
    with open(path, "w") as sink:
        sink.write("x\\n2")
        sink.flush()
        os.kill(os.getpid(), signal.SIGKILL)

pd.DataFrame.to_csv = write_half
dataset.save(pd.DataFrame({"x": [2, 3]}))
"""


@pytest.mark.parametrize(("when", "left"), [("first", None), ("again", "x\n1\n")])
def test_a_killed_save_leaves_nothing_half_written(when, left, tmp_path):
    path = tmp_path / "table.csv"
    done = subprocess.run([sys.executable, "-c", _SAVE, path, when], check=False)
    assert done.returncode == -signal.SIGKILL
    assert (path.read_text() if path.exists() else None) == left
