"""What the data checks say of rows that are to be fitted: by the rules of the pipelines' gate."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.checks import CHECKS, Finding, run_checks
from automl_flow.core.errors import DataError, warn
from automl_flow.core.seeds import generator
from automl_flow.expectations.samples import fingerprints, sample_task
from automl_flow.tasks.profile import Profile, profile_table
from automl_flow.tasks.spec import TaskSpec

_CELLS = 1_500_000  # that are looked at: more take longer than a person would not notice
_FEWEST = 2_000  # rows that are looked at however many columns there are
_OF_THE_TARGET = ("class_imbalance", "constant_target", "rare_classes")  # these look at all rows in any case
_OF_THE_REPORT = (
    "few_rows",
    "missing_target",
    "split_drift",
)  # these say how to read scores, or what is said elsewhere
_OF_SAMPLES = ("class_imbalance", "conflicting_labels", "duplicate_rows", "rare_classes")


def inspect(
    X: pd.DataFrame, y: pd.Series | pd.DataFrame, task: TaskSpec, profile: Profile, accept: Collection[str] = ()
) -> tuple[Finding, ...]:
    """Run the data checks on training rows; warn of what may harm the model.

    Args:
        X: Features, rows numbered from 0.
        y: Target of each row, or a column for each of several targets.
        task: What is to be learned.
        profile: The profile of *X*.
        accept: Codes of findings that shall not stop the fit.

    Returns:
        All findings, the most severe first.

    Raises:
        DataError: A finding makes the model worthless, such as a column that is the target.
    """
    rows = _looked_at(X)
    of_sample = f" (in a sample of {len(rows):,} of {len(X):,} rows)" if len(rows) < len(X) else ""
    names = [name for name in CHECKS.available() if name not in (*_OF_THE_TARGET, *_OF_THE_REPORT)]
    targets = y.set_axis(list(task.targets), axis=1) if isinstance(y, pd.DataFrame) else y.to_frame(task.target_name)
    table = X.iloc[rows].assign(**{name: targets[name].iloc[rows] for name in task.targets})
    found = [
        *run_checks(targets, task, Profile(len(y), ()), _OF_THE_TARGET),
        *run_checks(table, task, profile, names),
    ]
    return _told(found, accept, of_sample)


def inspect_samples(x: NDArray[Any], y: Any, task: TaskSpec) -> tuple[Finding, ...]:
    """Run the data checks that images and sequences can have: on classes, repeated samples, and labels that differ.

    Args:
        x: Samples.
        y: Target of each.
        task: What is to be learned.

    Raises:
        DataError: A finding makes the model worthless.
    """
    of_table = sample_task(task)
    table = pd.DataFrame({"x.fingerprint": fingerprints(x), of_table.target: pd.Series(y)})
    return _told(run_checks(table, of_table, profile_table(table, of_table), _OF_SAMPLES), (), "")


def _told(found: Sequence[Finding], accept: Collection[str], of_sample: str) -> tuple[Finding, ...]:
    """Refuse what makes a model worthless, warn of what may harm it, and return all that was found."""
    told = [finding for finding in found if finding.level != "info" and finding.code not in accept]
    if any(finding.level == "error" for finding in told):
        raise DataError(f"no model can be learned from these rows{of_sample}; {_listed(told)}")
    if told:
        text = f"what the data checks found may harm the model{of_sample}; {_listed(told)}"
        warn(text)
    return tuple(found)


def _listed(findings: Sequence[Finding]) -> str:
    return "\n".join(f"{finding.code}: {finding.message}. {finding.action}" for finding in findings)


def _looked_at(X: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Positions of the rows that are looked at: all, or a sample, the same every time."""
    most = max(_FEWEST, _CELLS // max(1, X.shape[1]))
    if len(X) <= most:
        return np.arange(len(X))
    return np.sort(generator(0, "inspection").choice(len(X), most, replace=False))
