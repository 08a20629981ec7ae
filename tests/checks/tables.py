"""Small tables for the tests of the checks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from automl_flow.checks import Finding, run_checks
from automl_flow.tasks.profile import profile_table
from automl_flow.tasks.spec import TaskSpec

N = 200


def healthy(n_rows: int = N) -> pd.DataFrame:
    """A table that no check should say anything of above "info"."""
    rng = np.random.default_rng(0)
    age, city = rng.normal(40, 10, n_rows), rng.choice(["Rome", "Oslo", "Lima"], n_rows)
    noisy = age + 8 * (city == "Oslo") + rng.normal(0, 10, n_rows)
    return pd.DataFrame({"age": age, "city": city, "target": np.where(noisy > np.median(noisy), "yes", "no")})


def task(**changes: Any) -> TaskSpec:
    return TaskSpec.model_validate({"problem": "binary", **changes})


def found(table: pd.DataFrame, spec: TaskSpec | None = None, names: list[str] | None = None) -> dict[str, Finding]:
    """Findings by code."""
    spec = spec or task()
    return {finding.code: finding for finding in run_checks(table, spec, profile_table(table, spec), names)}
