"""Mandatory expectations, which every table must meet in addition to the user's suite.

Great Expectations passes an empty suite, a table without rows, an all-missing column under ``between``, and infinities
under ``not_null``. These rules fill the gaps; no configuration removes them.
"""

from __future__ import annotations

import sys
from typing import Any

import pandas as pd

from automl_flow.checks.context import is_number
from automl_flow.core.errors import nearest
from automl_flow.expectations.config import ValidationConfig
from automl_flow.expectations.rules import Rule
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.tables import named_columns

FINITE = {"min_value": -sys.float_info.max, "max_value": sys.float_info.max}
ANY = 1e-12  # a fraction that a single value exceeds
_NUMBER = r"^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$"


def mandatory_rules(table: pd.DataFrame, task: TaskSpec, config: ValidationConfig) -> list[Rule]:
    """Return the rules for every table of *task*, in a fixed order."""
    named = {**dict.fromkeys(config.required_columns, "required_columns"), **named_columns(task)}
    rules = [
        _table("expect_table_row_count_to_be_between", "Provide more rows.", min_value=config.minimum_rows),
        _table(
            "expect_table_column_count_to_be_between",
            "Provide at least one feature in addition to the columns that the task names.",
            min_value=len(task.special_columns) + 1,
        ),
    ]
    for name, key in named.items():
        advice = f"It is named under {key!r}{nearest(name, table.columns)}" if name not in table.columns else ""
        rules.append(_on(name, "expect_column_to_exist", advice))
    several = task.problem_type.multiple_targets
    for single in [task.for_target(name) for name in task.targets] if several else [task]:
        rules += _target_rules(table, single, config)
    rules += _weight_and_split_rules(task)
    for name in table.columns:
        if name not in task.special_columns:
            rules += _feature_rules(table, name, required=name in named)
    # For a missing column, only its absence is reported.
    return [rule for rule in rules if _exists(rule) or set(rule.columns) <= set(table.columns)]


def _exists(rule: Rule) -> bool:
    return rule.expectation == "expect_column_to_exist"


def _table(expectation: str, action: str, **kwargs: Any) -> Rule:
    return Rule(expectation, kwargs, "critical", "mandatory", action)


def _on(column: str, expectation: str, action: str, **kwargs: Any) -> Rule:
    return Rule(expectation, {"column": column, **kwargs}, "critical", "mandatory", action)


def _target_rules(table: pd.DataFrame, task: TaskSpec, config: ValidationConfig) -> list[Rule]:
    """Rules on missing targets, and on the kind of target that the problem needs."""
    target = task.target_name
    rules = [
        _on(
            target,
            "expect_column_proportion_of_non_null_values_to_be_between",
            "Fill the target, or raise validation.maximum_missing_target.",
            min_value=1 - config.maximum_missing_target,
        ),
        _on(
            target,
            "expect_column_unique_value_count_to_be_between",
            "A binary problem has two classes, any other target at least two different values: is task.problem right?",
            min_value=2,
            **({"max_value": 2} if task.problem_type.has_positive else {}),
        ),
    ]
    if not task.problem_type.has_classes:
        rules.append(_number_rule(table, target))
    elif task.positive is not None:
        rules.append(_positive_rule(table, task))
    return rules


def _number_rule(table: pd.DataFrame, target: str) -> Rule:
    action = "A regression target must be finite numbers; correct these rows or set task.problem."
    if target in table.columns and not is_number(table[target]):
        return _on(target, "expect_column_values_to_match_regex", action, regex=_NUMBER)
    return _on(target, "expect_column_values_to_be_between", action, **FINITE)


def _positive_rule(table: pd.DataFrame, task: TaskSpec) -> Rule:
    values = table[task.target_name].dropna().unique().tolist() if task.target_name in table.columns else []
    positive: Any = next((value for value in values if str(value) == str(task.positive)), task.positive)
    advice = f"task.positive must be one of the classes{nearest(task.positive, values)}"
    return _on(task.target_name, "expect_column_distinct_values_to_contain_set", advice, value_set=[positive])


def _weight_and_split_rules(task: TaskSpec) -> list[Rule]:
    rules = []
    if task.weight is not None:
        rules.append(_on(task.weight, "expect_column_values_to_not_be_null", "Give every row a weight."))
        limits = {"min_value": 0, "max_value": sys.float_info.max}
        action = "Weights must be finite and not negative."
        rules.append(_on(task.weight, "expect_column_values_to_be_between", action, **limits))
    if task.split_column is not None:
        action = "The split column must hold 'train' or 'holdout' in every row, and both must occur."
        sides = {"value_set": ["train", "holdout"]}
        rules.append(_on(task.split_column, "expect_column_values_to_not_be_null", action))
        rules.append(_on(task.split_column, "expect_column_distinct_values_to_equal_set", action, **sides))
    return rules


def _feature_rules(table: pd.DataFrame, name: str, *, required: bool) -> list[Rule]:
    """Rules against empty columns (critical if the task or the user names them) and infinite values."""
    filled = "expect_column_values_to_not_be_null"
    action = "The column is empty: check the export" + ("." if required else ", or drop the column.")
    rules = [Rule(filled, {"column": name, "mostly": ANY}, "critical" if required else "warning", "mandatory", action)]
    if is_number(table[name]) and pd.api.types.is_float_dtype(table[name]) and table[name].notna().any():
        action = "Infinite values count as missing; correct them at the source."
        rules.append(
            Rule("expect_column_values_to_be_between", {"column": name, **FINITE}, "warning", "mandatory", action)
        )
    return rules
