"""Data checks for machine learning: one per file, found by walking this package."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from automl_flow.checks.finding import Check, Finding, Level
from automl_flow.checks.view import TableView
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
        task: What is to be learned.
        profile: The profile of *table*.
        names: Names of the checks to run; all available ones by default.

    Returns:
        Findings, the most severe first, then by the name of the check: the same table gives the same tuple.
    """
    rows = table.reset_index(drop=True)
    single = [task.for_target(name) for name in task.targets] if task.problem_type.multiple_targets else [task]
    views = [TableView(rows, own, profile) for own in single]
    chosen = [CHECKS.get(name) for name in (CHECKS.available() if names is None else names)]
    # Checks look at one target; what they find whatever the target is told once.
    found = dict.fromkeys(finding for check in chosen for view in views for finding in check.run(view))
    return tuple(sorted(found, key=lambda finding: _SEVERITY[finding.level]))


__all__ = ["CHECKS", "Check", "Finding", "Level", "TableView", "run_checks"]
