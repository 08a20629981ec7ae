"""Inference on new rows."""

from __future__ import annotations

import logging
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

from automl_flow.core.errors import AutoMLFlowWarning
from automl_flow.pipelines.inference.nodes import predict_table
from automl_flow.tasks.spec import TaskSpec

TASK = TaskSpec(name="prices", target="price", problem="regression")


class Model:
    """Predicts zeros, and has something to say."""

    classes = None

    def __init__(self, category: type[Warning]) -> None:
        self.category = category

    def predict(self, rows: pd.DataFrame) -> Any:
        self.columns = list(rows.columns)
        warnings.warn("2 cells cannot be read", self.category, stacklevel=2)
        return np.zeros(len(rows))


def test_cells_that_cannot_be_read_are_in_the_log(caplog):
    with caplog.at_level(logging.WARNING, "automl_flow"):
        predict_table(pd.DataFrame({"size": [1.0]}), Model(AutoMLFlowWarning), TASK)
    assert caplog.messages == ["prices: 2 cells cannot be read"]


def test_warnings_of_others_go_on_as_they_came():
    with pytest.warns(DeprecationWarning, match="2 cells"):
        predict_table(pd.DataFrame({"size": [1.0]}), Model(DeprecationWarning), TASK)


def test_the_target_among_new_rows_is_no_input():
    model = Model(AutoMLFlowWarning)
    predict_table(pd.DataFrame({"size": [1.0], "price": [2.0]}), model, TASK)
    assert model.columns == ["size"]
