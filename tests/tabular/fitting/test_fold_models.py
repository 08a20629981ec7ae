"""Files of a trial."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesRegressor

from automl_flow.core.errors import StorageError
from automl_flow.execution.store import FolderStore
from automl_flow.models import FAMILIES
from automl_flow.models.formats.trees import Forest
from automl_flow.tabular.fitting.fold_models import FoldModel, write_fold_model
from tests.full_disk import largest_file


def test_a_model_that_does_not_fit_on_the_disk_is_told_with_its_file_and_leaves_nothing(tmp_path):
    random = np.random.default_rng(0)
    forest = ExtraTreesRegressor(5, random_state=0).fit(random.normal(size=(100, 2)), random.normal(size=100))
    part = FoldModel("extra_trees", 0, "ordinal", "regression", (), 1, 0, model=Forest.of(forest))
    with largest_file(4096), pytest.raises(StorageError, match=r"fold-0\.model: cannot be written: File too large"):
        write_fold_model(FolderStore(tmp_path), part, FAMILIES.get("extra_trees"))
    assert list(tmp_path.iterdir()) == []
