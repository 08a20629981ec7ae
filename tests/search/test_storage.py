from __future__ import annotations

import subprocess
import sys

import pytest
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from automl_flow.core.errors import ArtifactError
from automl_flow.search import storage


def test_scikit_learn_objects_come_back():
    scaler = StandardScaler().fit([[1.0], [3.0]])
    assert storage.load(storage.dump(scaler)).mean_ == [2.0]


def test_foreign_functions_are_refused():
    content = storage.dump(FunctionTransformer(subprocess.run))
    with pytest.raises(ArtifactError, match=r"subprocess\.run"):
        storage.load(content, "model.skops")


def test_damage_is_named():
    with pytest.raises(ArtifactError, match=r"model\.skops"):
        storage.load(b"not an archive", "model.skops")


def test_storing_does_not_import_torch():
    code = (
        "import sys; from automl_flow.search import storage; from sklearn.preprocessing import StandardScaler;"
        "storage.dump(StandardScaler()); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
