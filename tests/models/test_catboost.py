"""What only CatBoost does: it writes models through the folder for temporary files."""

import resource

import numpy as np
import pytest
from catboost import CatBoost

from automl_flow.core.errors import StorageError
from automl_flow.models.catboost import dump


def test_a_full_disk_is_no_fault_of_the_model():
    rows = np.arange(40.0).reshape(20, 2)
    model = CatBoost({"iterations": 3, "allow_writing_files": False, "logging_level": "Silent", "thread_count": 1})
    model.fit(rows, rows[:, 0])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(StorageError, match="free some space and run again"):
            dump(model)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert dump(model)
