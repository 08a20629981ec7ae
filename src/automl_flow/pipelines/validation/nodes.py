"""Nodes of validation."""

from __future__ import annotations

from typing import Any

import pandas as pd
from numpy.typing import NDArray

from automl_flow.expectations import ValidationConfig, parse_suite, validate_arrays, validate_table
from automl_flow.tasks.arrays import ArrayData, select_arrays
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.tables import named_columns, require_columns


def accept_table(
    raw: pd.DataFrame, expectations: Any, task: TaskSpec, config: ValidationConfig
) -> tuple[pd.DataFrame, dict[str, Any], str]:
    """Accepted rows, what was found, and a page about it."""
    require_columns(raw, named_columns(task), f"conf/base/parameters/{task.name}.yml: {task.name}.task")
    accepted = validate_table(raw, task, _with_suite(config, expectations, task))
    return accepted.table, accepted.findings, accepted.docs


def accept_samples(
    raw: dict[str, NDArray[Any]], expectations: Any, task: TaskSpec, config: ValidationConfig
) -> tuple[ArrayData, dict[str, Any], str]:
    """Accepted samples, what was found, and a page about it."""
    data = select_arrays(raw, task, f"raw file of task {task.name!r}")
    accepted = validate_arrays(data, task, _with_suite(config, expectations, task))
    return accepted.data, accepted.findings, accepted.docs


def _with_suite(config: ValidationConfig, expectations: Any, task: TaskSpec) -> ValidationConfig:
    """Add the suite of ``conf/base/expectations`` to the one in the task's parameters."""
    if expectations is None:
        return config
    suite = parse_suite(expectations, f"conf/base/expectations/{task.name}.yml")
    return config.model_copy(update={"expectations": [*config.expectations, *suite]})
