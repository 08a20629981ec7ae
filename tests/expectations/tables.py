"""A table and a task for the tests of the gate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from automl_flow.expectations import GateClosedError, TableValidation, ValidationConfig, validate_table
from automl_flow.tasks.spec import TaskSpec


def table(n_rows: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": rng.normal(40, 10, n_rows).round(6),
            "city": rng.choice(["Rome", "Oslo"], n_rows),
            "target": rng.permutation(["yes", "no"] * (n_rows // 2)),
        }
    )


def task(**changes: Any) -> TaskSpec:
    return TaskSpec.model_validate({"name": "loans", "problem": "binary", **changes})


def config(*expectations: dict[str, Any], **changes: Any) -> ValidationConfig:
    return ValidationConfig.model_validate({"expectations": list(expectations), **changes})


def passes(
    data: pd.DataFrame, spec: TaskSpec | None = None, settings: ValidationConfig | None = None
) -> TableValidation:
    return validate_table(data, spec or task(), settings or config())


def reason(data: pd.DataFrame, spec: TaskSpec | None = None, settings: ValidationConfig | None = None) -> str:
    """Why the gate stays closed."""
    with pytest.raises(GateClosedError) as closed:
        validate_table(data, spec or task(), settings or config())
    return str(closed.value)
