"""Nodes of inference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.errors import DataError, nearest
from automl_flow.ensembles.model import TabularModel
from automl_flow.nas.network import NetworkModel
from automl_flow.tasks.spec import TaskSpec


def predict_table(new_rows: pd.DataFrame, model: TabularModel, task: TaskSpec) -> pd.DataFrame:
    """A prediction for every row, in the order of the rows."""
    return _tabulate(model, new_rows, task)


def predict_samples(new_rows: dict[str, NDArray[Any]], model: NetworkModel, task: TaskSpec) -> pd.DataFrame:
    """A prediction for every sample, in the order of the samples."""
    if "x" not in new_rows:
        raise DataError(f"new samples of task {task.name!r}: the file has no array 'x'{nearest('x', new_rows)}")
    return _tabulate(model, new_rows["x"], task)


def _tabulate(model: TabularModel | NetworkModel, x: Any, task: TaskSpec) -> pd.DataFrame:
    """Columns: row, the predicted target, and the probability of each class."""
    if model.classes is None:
        return pd.DataFrame({"row": np.arange(len(x)), task.target: model.predict(x)})
    probabilities = model.predict_proba(x)
    labels = pd.Series(model.classes, dtype=object).to_numpy()[probabilities.argmax(axis=1)]
    named = {f"probability of {label}": probabilities[:, k].round(10) for k, label in enumerate(model.classes)}
    return pd.DataFrame({"row": np.arange(len(x)), task.target: labels, **named})
