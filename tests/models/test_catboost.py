"""Behaviour that only CatBoost has."""

import numpy as np
from catboost import CatBoost

from automl_flow.models.catboost import dump, load
from tests.full_disk import largest_file


def test_a_model_is_stored_without_a_file_that_a_full_disk_could_cut_off():
    rows = np.arange(40.0).reshape(20, 2)
    model = CatBoost({"iterations": 3, "allow_writing_files": False, "logging_level": "Silent", "thread_count": 1})
    model.fit(rows, rows[:, 0])
    with largest_file(0):
        content = dump(model)
    assert np.array_equal(load(content).predict(rows), model.predict(rows))
