"""The validation gate: a table passes as a whole, or the run stops with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from automl_flow.checks import CHECKS, Finding, run_checks
from automl_flow.core.errors import DataError
from automl_flow.core.files import plain
from automl_flow.expectations.config import ValidationConfig
from automl_flow.expectations.docs import render_docs
from automl_flow.expectations.engine import run_rules
from automl_flow.expectations.mandatory import mandatory_rules
from automl_flow.expectations.rules import Rule, RuleResult, user_rules
from automl_flow.expectations.samples import sample_rules, sample_table, sample_task
from automl_flow.tasks.arrays import ArrayData
from automl_flow.tasks.profile import profile_table
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.tables import check_columns


@dataclass(frozen=True)
class TableValidation:
    """A table that passed the validation.

    Attributes:
        table: The accepted rows, numbered from 0: those with a target and, if so configured, without duplicates.
        findings: A JSON document without times or ids.
        docs: A self-contained HTML page.
    """

    table: pd.DataFrame
    findings: dict[str, Any]
    docs: str


@dataclass(frozen=True)
class ArrayValidation:
    """Images or sequences that passed the validation; see :class:`TableValidation`."""

    data: ArrayData
    findings: dict[str, Any]
    docs: str


class GateClosedError(DataError):
    """The data failed a critical expectation, or a data check with a finding of level "error".

    Attributes:
        findings: The findings document, as for a table that passes.
        docs: The HTML page, as for a table that passes.
    """

    def __init__(self, message: str, findings: dict[str, Any], docs: str) -> None:
        super().__init__(message)
        self.findings = findings
        self.docs = docs


def validate_table(table: pd.DataFrame, task: TaskSpec, config: ValidationConfig) -> TableValidation:
    """Validate a table, and drop the rows that cannot be used.

    Mandatory expectations, the user's suite and the data checks see the table as it is; then rows with a missing
    target (and, if so configured, duplicate rows) are dropped. Nothing else changes.

    Raises:
        GateClosedError: The message lists every failed rule with column, observation, first rows and remedy.
        DataError: Two columns have the same name.
        ConfigError: The user's suite names an unknown expectation.
    """
    table = check_columns(table, f"table of task {task.name!r}").reset_index(drop=True)
    rules = [*mandatory_rules(table, task, config), *user_rules(config.expectations)]
    verdicts = run_rules(table, rules)
    found = run_checks(table, task, profile_table(table, task)) if len(table) else ()
    rows = _accepted_rows(table, task, config)
    findings, docs = _through_gate(task, config, verdicts, found, (len(table), len(rows)))
    return TableValidation(table.iloc[rows].reset_index(drop=True), findings, docs)


def validate_arrays(data: ArrayData, task: TaskSpec, config: ValidationConfig) -> ArrayValidation:
    """Validate images or sequences by a table of one row per sample, with statistics of its values.

    A user's suite may use the columns ``x.mean``, ``x.deviation``, ``x.minimum``, ``x.maximum``, ``x.finite``
    (fraction of finite values), the target and the split.

    Args: see :func:`validate_table`.

    Raises:
        GateClosedError: As for tables.
    """
    table, task_of_table = sample_table(data, task), sample_task(task)
    rules: list[Rule] = [*mandatory_rules(table, task_of_table, config), *sample_rules()]
    verdicts = run_rules(table, [*rules, *user_rules(config.expectations)])
    names = [name for name, check in CHECKS.available().items() if check.for_samples]
    found = run_checks(table, task_of_table, profile_table(table, task_of_table), names)
    rows = _accepted_rows(table, task_of_table, config)
    findings, docs = _through_gate(task, config, verdicts, found, (len(table), len(rows)))
    accepted = ArrayData(data.x[rows], data.y[rows], None if data.split is None else data.split[rows])
    return ArrayValidation(accepted, findings, docs)


def _accepted_rows(table: pd.DataFrame, task: TaskSpec, config: ValidationConfig) -> np.ndarray[Any, Any]:
    """Positions of the rows to keep."""
    keep = np.ones(len(table), dtype=bool)
    for target in task.targets:
        if target in table.columns:
            keep &= table[target].notna().to_numpy()
    if config.drop_duplicate_rows:
        keep &= ~table.astype(str).duplicated().to_numpy()
    return np.flatnonzero(keep)


def _through_gate(
    task: TaskSpec,
    config: ValidationConfig,
    verdicts: Sequence[RuleResult],
    found: Sequence[Finding],
    rows: tuple[int, int],
) -> tuple[dict[str, Any], str]:
    """Render findings and page, and raise if the validation failed. *rows*: before and after."""
    levels = ("critical",) if config.stop_at == "error" else ("critical", "warning")
    failed = [verdict for verdict in verdicts if not verdict.success and verdict.rule.severity in levels]
    fatal = ("error",) if config.stop_at == "error" else ("error", "warning")
    grave = [finding for finding in found if finding.level in fatal and finding.code not in config.accept]
    findings: dict[str, Any] = plain(
        {
            "task": task.name,
            "accepted": not failed and not grave,
            "rows": {"read": rows[0], "accepted": rows[1], "dropped": rows[0] - rows[1]},
            "expectations": [verdict.to_document() for verdict in verdicts],
            "checks": [finding.to_document() for finding in found],
        }
    )
    docs = render_docs(findings)
    if failed or grave:
        raise GateClosedError(_explain(task, failed, grave), findings, docs)
    return findings, docs


def _explain(task: TaskSpec, failed: Sequence[RuleResult], grave: Sequence[Finding]) -> str:
    """List everything that failed the validation, by column."""
    lines = [f"task {task.name!r}: the data did not pass validation (reasons: {len(failed) + len(grave)})"]
    for verdict in failed:
        where = f"column {', '.join(map(repr, verdict.rule.columns))}" if verdict.rule.columns else "table"
        lines.append(f"  {where}: {verdict.rule} failed: {verdict.describe() or 'it does not hold'}")
        lines.append(f"    {verdict.rule.action}".rstrip())
    for finding in grave:
        where = f"column {', '.join(map(repr, finding.columns))}" if finding.columns else "table"
        lines.append(f"  {where}: {finding.code}: {finding.message}")
        lines.append(f"    {finding.action}")
    return "\n".join(line for line in lines if line.strip())
