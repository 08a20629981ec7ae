"""Data checks for machine learning, one per file."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from automl_flow.checks.context import CheckContext
from automl_flow.checks.finding import Check, Finding, Level
from automl_flow.core.registry import Registry
from automl_flow.tasks.profile import Profile
from automl_flow.tasks.spec import TaskSpec

CHECKS: Registry[Check] = Registry("automl_flow.checks", "data check")

_SEVERITY: dict[Level, int] = {"error": 0, "warning": 1, "info": 2}


def run_checks(
    table: pd.DataFrame, task: TaskSpec, profile: Profile, names: Sequence[str] | None = None
) -> tuple[Finding, ...]:
    """Run data checks.

    Args:
        table: The table as read, target included; column names must be unique.
        task: The task.
        profile: The profile of *table*.
        names: Names of the checks to run; by default all available ones.

    Returns:
        Findings, most severe first, then by name of the check.
    """
    rows = table.reset_index(drop=True)
    single = [task.for_target(name) for name in task.targets] if task.problem_type.multiple_targets else [task]
    contexts = [CheckContext(rows, own, profile) for own in single]
    chosen = [CHECKS.get(name) for name in (CHECKS.available() if names is None else names)]
    # A check sees one target at a time; findings that do not depend on it are reported once.
    found = dict.fromkeys(finding for check in chosen for context in contexts for finding in check.run(context))
    return tuple(sorted(found, key=lambda finding: _SEVERITY[finding.level]))


__all__ = ["CHECKS", "Check", "CheckContext", "Finding", "Level", "run_checks"]
