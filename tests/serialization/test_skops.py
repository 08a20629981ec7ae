from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from skops.io import dumps as skops_dumps

from automl_flow.core.errors import ArtifactError
from automl_flow.recipes.transformers.target_means import TargetMeans
from automl_flow.serialization import skops


def test_scikit_learn_objects_come_back():
    scaler = StandardScaler().fit([[1.0], [3.0]])
    assert skops.read_preprocessor(skops.dump_preprocessor(scaler)).mean_ == [2.0]


def test_foreign_functions_are_not_restored():
    content = skops_dumps(FunctionTransformer(subprocess.run))
    with pytest.raises(ArtifactError, match=r"not allowed: .*subprocess\.run"):
        skops.read_preprocessor(content)


def test_what_could_not_be_restored_is_not_stored():
    with pytest.raises(ArtifactError, match=r"FunctionTransformer.*subprocess\.run"):
        skops.dump_preprocessor(FunctionTransformer(subprocess.run))


@pytest.mark.parametrize("y", [np.arange(12) % 2, np.arange(12) % 3, np.linspace(0, 1, 12)])
def test_target_means_come_back(y):
    X = pd.DataFrame({"c": pd.Categorical(list("abc") * 4)})
    means = TargetMeans(parts=2).fit(X, y)
    np.testing.assert_array_equal(
        skops.read_preprocessor(skops.dump_preprocessor(means)).transform(X), means.transform(X)
    )


def test_what_lies_between_the_fields_of_records_is_not_stored():
    padded = np.dtype({"names": ["x", "flag"], "formats": ["f8", "u1"], "itemsize": 16})
    stored = []
    for garbage in (0, 255):
        scaler = StandardScaler()
        scaler.records_ = np.full(32, garbage, dtype=np.uint8).view(padded)
        scaler.records_["x"], scaler.records_["flag"] = 1.5, 1
        stored.append(skops.dump_preprocessor(scaler))
    assert stored[0] == stored[1]
    assert skops.read_preprocessor(stored[0]).records_["x"].tolist() == [1.5, 1.5]


def test_storing_does_not_import_torch():
    code = (
        "import sys; from automl_flow.serialization import skops; from sklearn.preprocessing import StandardScaler;"
        " skops.dump_preprocessor(StandardScaler()); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_type_of_an_absent_extension_is_named_with_the_cure():
    class Mine(StandardScaler):
        pass

    Mine.__module__ = "automl_flow_extensions.features.mine"
    with pytest.raises(
        ArtifactError, match=r"automl_flow_extensions\.features\.mine\.Mine; automl_flow_ext.* must be on"
    ):
        skops.dump_preprocessor(Mine().fit([[1.0], [3.0]]))
