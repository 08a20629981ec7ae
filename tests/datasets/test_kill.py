"""A process that is killed in the middle of a save leaves the old file, or none: never half of one."""

import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from automl_flow.datasets.base import LocalDataset, ReadOnlyDataset

ROOT = Path(__file__).resolve().parents[2]
CATALOGS = [yaml.safe_load(file.read_text()) for file in sorted((ROOT / "conf/base/catalog").glob("*.yml"))]
KINDS = sorted({entry["type"] for catalog in CATALOGS for entry in catalog.values()})

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

# Whatever a save writes is synced before it takes the place of what was there. A kill at that moment comes before
# anything is replaced; a save that never comes to it is none of ours.
_REPLACE = """
import os, signal, sys
from importlib import import_module
import numpy as np
import pandas as pd
from automl_flow.serialization.manifest import write_artifact
from automl_flow.tasks.arrays import ArrayData
from automl_flow.tasks.profile import Profile
from automl_flow.tasks.subsets import Subset
from automl_flow.tasks.target import Target

class Model:
    def __init__(self, number):
        self.number = number

    def save(self, folder):
        write_artifact(folder, "none", lambda place: (place / "part").write_text(str(self.number)), {})

def content(kind, number):
    match kind:
        case "ArraysDataset": return {"x": np.full(9, number)}
        case "SamplesDataset": return ArrayData(np.full((4, 2, 2, 1), number), np.arange(4))
        case "DocumentDataset": return {"x": number}
        case "SubsetDataset": return Subset(np.full((4, 2), number), Target(np.arange(4.0), None))
        case "TypedDocument": return Profile(number, ())
        case "TextDataset": return str(number)
        case "ModelDataset": return Model(number)
        case _: return pd.DataFrame({"x": [number]})

module, _, kind = sys.argv[2].rpartition(".")
options = {"of": f"{Profile.__module__}.Profile"} if kind == "TypedDocument" else {}
dataset = getattr(import_module(module), kind)(filepath=sys.argv[1], **options)
if sys.argv[3] == "2":
    os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)
dataset.save(content(kind, int(sys.argv[3])))
"""


def kind_of(name):
    module, _, attribute = name.rpartition(".")
    return getattr(import_module(module), attribute)


@pytest.mark.parametrize(("when", "left"), [("first", None), ("again", "x\n1\n")])
def test_a_killed_save_leaves_nothing_half_written(when, left, tmp_path):
    path = tmp_path / "table.csv"
    done = subprocess.run([sys.executable, "-c", _SAVE, path, when], check=False)
    assert done.returncode == -signal.SIGKILL
    assert (path.read_text() if path.exists() else None) == left


def read(path):
    """Bytes of a file, or of all files of a folder."""
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    return {file.relative_to(path.parent).as_posix(): file.read_bytes() for file in files}


def test_every_dataset_of_the_catalog_is_one_of_ours():
    assert [kind for kind in KINDS if not issubclass(kind_of(kind), LocalDataset)] == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not issubclass(kind_of(kind), ReadOnlyDataset)])
def test_a_save_that_is_killed_leaves_what_was_there(kind, tmp_path):
    def save(number):
        return subprocess.run([sys.executable, "-c", _REPLACE, tmp_path / "saved", kind, str(number)], check=False)

    assert save(1).returncode == 0
    before = read(tmp_path / "saved")
    assert save(2).returncode == -signal.SIGKILL
    assert read(tmp_path / "saved") == before != {}
