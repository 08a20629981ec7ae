"""Data checks of the rows passed to ``fit``, with the severities of the validation stage."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.checks import CHECKS, Finding, run_checks
from automl_flow.core.errors import DataError, warn
from automl_flow.core.seeds import generator
from automl_flow.expectations.samples import fingerprints, sample_task, target_columns
from automl_flow.tasks.profile import Profile, profile_table
from automl_flow.tasks.spec import TaskSpec

_MAX_CELLS = 1_500_000  # that are checked; more would delay the fit noticeably
_MIN_ROWS = 2_000  # that are checked, however many columns there are


def inspect(
    X: pd.DataFrame, y: pd.Series | pd.DataFrame, task: TaskSpec, profile: Profile, accept: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Run the data checks on training rows, and warn of findings that may harm the model.

    Args:
        X: Features, rows numbered from 0.
        y: Target of each row, or a column for each of several targets.
        task: The task.
        profile: The profile of *X*.
        accept: Codes of findings that are ignored.

    Returns:
        All findings, most severe first.

    Raises:
        DataError: A finding makes the model worthless, such as a copy of the target.
    """
    rows = _checked_rows(X)
    of_sample = f" (in a sample of {len(rows):,} of {len(X):,} rows)" if len(rows) < len(X) else ""
    checks = {name: check for name, check in CHECKS.available().items() if check.in_fit}
    of_target = [name for name, check in checks.items() if check.target_only]
    of_columns = [name for name in checks if name not in of_target]
    targets = y.set_axis(list(task.targets), axis=1) if isinstance(y, pd.DataFrame) else y.to_frame(task.target_name)
    table = X.iloc[rows].assign(**{name: targets[name].iloc[rows] for name in task.targets})
    found = [
        *run_checks(targets, task, Profile(len(y), ()), of_target),
        *run_checks(table, task, profile, of_columns),
    ]
    return _report(found, accept, of_sample)


def inspect_samples(x: NDArray[Any], y: Any, task: TaskSpec) -> tuple[Finding, ...]:
    """Run the data checks that apply to images and sequences.

    Args:
        x: Samples.
        y: Target of each sample.
        task: The task.

    Raises:
        DataError: A finding makes the model worthless.
    """
    of_table = sample_task(task)
    table = pd.DataFrame({"x.fingerprint": fingerprints(x), **target_columns(y, task)})
    names = [name for name, check in CHECKS.available().items() if check.in_fit and check.for_samples]
    return _report(run_checks(table, of_table, profile_table(table, of_table), names), (), "")


def _report(found: Sequence[Finding], accept: Collection[str], of_sample: str) -> tuple[Finding, ...]:
    """Raise for findings that make a model worthless, warn of those that may harm it, and return all."""
    serious = [finding for finding in found if finding.level != "info" and finding.code not in accept]
    if any(finding.level == "error" for finding in serious):
        raise DataError(f"no model can be learned from these rows{of_sample}; {_listed(serious)}")
    if serious:
        text = f"findings of the data checks may harm the model{of_sample}; {_listed(serious)}"
        warn(text)
    return tuple(found)


def _listed(findings: Sequence[Finding]) -> str:
    return "\n".join(f"{finding.code}: {finding.message}. {finding.action}" for finding in findings)


def _checked_rows(X: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Positions of the checked rows: all, or always the same sample."""
    limit = max(_MIN_ROWS, _MAX_CELLS // max(1, X.shape[1]))
    if len(X) <= limit:
        return np.arange(len(X))
    return np.sort(generator(0, "inspection").choice(len(X), limit, replace=False))
