"""Images and sequences as a table of one row per sample, for the same validation."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.expectations.rules import Rule
from automl_flow.tasks.arrays import ArrayData
from automl_flow.tasks.spec import TaskSpec


def sample_table(data: ArrayData, task: TaskSpec) -> pd.DataFrame:
    """Return one row per sample: statistics of its values, a fingerprint of its bytes, target and split."""
    flat = data.x.reshape(len(data.x), -1).astype(np.float64)
    finite = np.isfinite(flat)
    # Statistics of finite values only; "x.finite" catches a sample without any.
    masked = np.ma.masked_array(flat, ~finite)
    columns: dict[str, Any] = {
        "x.mean": masked.mean(axis=1).filled(np.nan),
        "x.deviation": masked.std(axis=1).filled(np.nan),
        "x.minimum": masked.min(axis=1).filled(np.nan),
        "x.maximum": masked.max(axis=1).filled(np.nan),
        "x.finite": finite.mean(axis=1),
        "x.fingerprint": fingerprints(data.x),
        **target_columns(data.y, task),
    }
    if data.split is not None and task.split_column is not None:
        columns[task.split_column] = pd.Series(data.split)
    return pd.DataFrame(columns)


def target_columns(y: NDArray[Any], task: TaskSpec) -> dict[str, pd.Series[Any]]:
    """The target, (n,) or (n, k), as columns by name."""
    columns = y.T if np.ndim(y) == 2 else [y]
    return {name: pd.Series(column) for name, column in zip(task.targets, columns, strict=True)}


def sample_task(task: TaskSpec) -> TaskSpec:
    """Return the task of the table of samples, with the same target, problem and split."""
    values = task.model_dump(include={"name", "target", "problem", "positive", "split_column"})
    return TaskSpec.model_validate(values)


def sample_rules() -> list[Rule]:
    """Return the mandatory rules for samples."""
    return [
        Rule(
            "expect_column_values_to_be_between",
            {"column": "x.finite", "min_value": 1, "max_value": 1},
            action="Samples must hold finite numbers: replace NaN and infinities, for example padding by zeros.",
        ),
        Rule(
            "expect_column_values_to_be_between",
            {"column": "x.deviation", "min_value": 0, "strict_min": True},
            severity="warning",
            action="Constant samples are probably blank: inspect some of them.",
        ),
    ]


def fingerprints(x: NDArray[Any]) -> NDArray[np.int64]:
    """48-bit digests of the samples' bytes: equal samples have equal numbers."""
    digests = (hashlib.blake2b(np.ascontiguousarray(sample).tobytes(), digest_size=6).digest() for sample in x)
    return np.fromiter((int.from_bytes(digest, "big") for digest in digests), dtype=np.int64, count=len(x))
