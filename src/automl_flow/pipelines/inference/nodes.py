"""Nodes of inference."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.errors import AutoMLFlowWarning, DataError, nearest, shown
from automl_flow.nas.network.model import NetworkModel
from automl_flow.tabular.ensemble.model import TabularModel
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.tables import features

logger = logging.getLogger("automl_flow")


def predict_table(new_rows: pd.DataFrame, model: TabularModel, task: TaskSpec) -> pd.DataFrame:
    """A prediction for every row, in the order of the rows."""
    known = [name for name in task.targets if name in new_rows and new_rows[name].notna().any()]
    _say_known(bool(known), task)
    with _warnings_in_the_log(task):
        return _tabulate(model, features(new_rows, task), task)


def predict_samples(new_rows: dict[str, NDArray[Any]], model: NetworkModel, task: TaskSpec) -> pd.DataFrame:
    """A prediction for every sample, in the order of the samples."""
    if "x" not in new_rows:
        raise DataError(f"new samples of task {task.name!r}: the file has no array 'x'{nearest('x', new_rows)}")
    _say_known(any(name in new_rows for name in task.targets), task)
    return _tabulate(model, new_rows["x"], task)


@contextmanager
def _warnings_in_the_log(task: TaskSpec) -> Iterator[None]:
    """Log our warnings, such as that of cells that cannot be read; other warnings pass unchanged."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", AutoMLFlowWarning)
        yield
    for warning in caught:
        if issubclass(warning.category, AutoMLFlowWarning):
            logger.warning("%s: %s", task.name, warning.message)
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)


def _say_known(known: bool, task: TaskSpec) -> None:  # noqa: FBT001 -- the only thing that it is about
    """Say so where rows to predict come with their target, as the training file does, which a new task starts with."""
    if known:
        logger.info(
            "%s: new_rows holds %r already; predictions of rows that the model learned from say nothing of new ones",
            task.name,
            shown(task.target_name),
        )


def _tabulate(model: TabularModel | NetworkModel, x: Any, task: TaskSpec) -> pd.DataFrame:
    """Columns: row, the predicted targets, and the probability of each class or label."""
    if task.problem_type.multiple_targets:
        return _tabulate_targets(model, x, task)
    if model.classes is None:
        return pd.DataFrame({"row": np.arange(len(x)), task.target_name: model.predict(x)})
    probabilities = model.predict_proba(x)
    labels = pd.Series(model.classes, dtype=object).to_numpy()[probabilities.argmax(axis=1)]
    named = {f"probability of {label}": probabilities[:, k].round(10) for k, label in enumerate(model.classes)}
    return pd.DataFrame({"row": np.arange(len(x)), task.target_name: labels, **named})


def _tabulate_targets(model: TabularModel | NetworkModel, x: Any, task: TaskSpec) -> pd.DataFrame:
    names, rows = list(task.targets), pd.DataFrame({"row": np.arange(len(x))})
    if not task.problem_type.has_probabilities:
        return pd.concat([rows, pd.DataFrame(model.predict(x), columns=names)], axis=1)
    chances = model.predict_proba(x)
    labels = pd.DataFrame(task.problem_type.decide(chances), columns=names)
    named = pd.DataFrame(chances.round(10), columns=[f"probability of {name}" for name in names])
    return pd.concat([rows, labels, named], axis=1)
