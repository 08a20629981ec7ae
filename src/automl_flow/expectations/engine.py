"""Evaluation of rules with Great Expectations, which also fails rules that hold vacuously."""

from __future__ import annotations

import logging
import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import pandas as pd

from automl_flow.checks.context import hashable
from automl_flow.core.errors import ConfigError, DataError, nearest, shown
from automl_flow.core.files import plain
from automl_flow.expectations.rules import Rule, RuleResult, snake_case

_MAX_EXAMPLES = 5
_NOISY_LOGGER = "great_expectations.data_context.types.base"  # sets its level when it is imported


def run_rules(table: pd.DataFrame, rules: Sequence[Rule]) -> tuple[RuleResult, ...]:
    """Evaluate every rule on *table*.

    A rule also fails if one of its columns does not exist, if Great Expectations cannot compute it, and if it is
    vacuously true (no rows, all values missing, an observed value that is not finite).

    Args:
        table: Rows numbered from 0, unique column names; not changed.
        rules: The suite.

    Returns:
        A result per rule, in the order of *rules*.

    Raises:
        ConfigError: A rule names an unknown expectation, or passes invalid arguments.
        DataError: The suite is empty, or a rule was not evaluated.
    """
    if not rules:
        raise DataError("the validation suite is empty: it would accept anything")
    runnable = {i: rule for i, rule in enumerate(rules) if set(rule.columns) <= set(table.columns)}
    results = _run(table.apply(hashable), runnable)
    if set(results) != set(runnable):
        missed = ", ".join(str(rules[i]) for i in sorted(set(runnable) - set(results)))
        raise DataError(f"the validation engine did not evaluate: {missed}")
    return tuple(_convert(rule, results.get(i), table) for i, rule in enumerate(rules))


def _run(table: pd.DataFrame, rules: dict[int, Rule]) -> dict[int, Any]:
    """Return Great Expectations' result of each rule, by position."""
    with _quiet():
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig

        logging.getLogger(_NOISY_LOGGER).setLevel(logging.NOTSET)
        context = gx.get_context(mode="ephemeral")
        context.enable_analytics(False)
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        expectations = [_build(rule, position) for position, rule in rules.items()]
        suite = gx.ExpectationSuite(name="suite", expectations=expectations)
        asset = context.data_sources.add_pandas("table").add_dataframe_asset("table")
        batch = asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": table})
        wanted = {"result_format": "COMPLETE", "include_unexpected_rows": False}
        try:
            report = batch.validate(suite, result_format=wanted)
        except Exception as error:  # errors that the library does not catch itself
            raise ConfigError(f"the expectation suite cannot be evaluated: {shown(_one_line(error), 300)}") from error
    return {int(result.expectation_config.meta["position"]): result for result in report.results}


def _build(rule: Rule, position: int) -> Any:
    """Build the Great Expectations object of a rule."""
    classes = _classes()
    if rule.expectation not in classes:
        raise ConfigError(f"unknown expectation {rule.expectation!r}{nearest(rule.expectation, classes)}")
    try:
        return classes[rule.expectation](**rule.kwargs, severity=rule.severity, meta={"position": position})
    except (TypeError, ValueError) as error:  # pydantic's errors are ValueErrors
        raise ConfigError(
            f"expectation {rule.expectation!r} does not take {rule.kwargs!r}: {_one_line(error)}"
        ) from None


@cache
def _classes() -> dict[str, Any]:
    """The expectation classes of Great Expectations by their names in snake case."""
    import great_expectations.expectations as catalog

    names = (name for name in dir(catalog) if name.startswith("Expect") and name != "Expectation")
    return {snake_case(name): getattr(catalog, name) for name in names}


def _one_line(error: Exception) -> str:
    details: list[dict[str, Any]] = getattr(error, "errors", list)()
    messages = [f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" for detail in details]
    return "; ".join(messages) or str(error)


def _convert(rule: Rule, result: Any, table: pd.DataFrame) -> RuleResult:
    """Convert a result, and fail a rule that is vacuously true."""
    if result is None:
        absent = [name for name in rule.columns if name not in table.columns]
        return RuleResult(rule, success=False, reason=f"there is no column {', '.join(map(repr, absent))}")
    seen = result.result or {}
    observed = plain(seen.get("observed_value"))
    reason = _exception(result.exception_info)
    if not reason and result.success:
        reason = _vacuous(seen, table)
    broken = sorted(int(row) for row in seen.get("unexpected_index_list") or [])
    return RuleResult(
        rule,
        success=bool(result.success) and not reason,
        observed=observed,
        unexpected=int(seen.get("unexpected_count") or 0),
        examples=tuple(repr(plain(value)) for value in (seen.get("partial_unexpected_list") or [])[:_MAX_EXAMPLES]),
        rows=tuple(broken[:_MAX_EXAMPLES]),
        reason=reason,
    )


def _vacuous(seen: dict[str, Any], table: pd.DataFrame) -> str:
    """Reason why a passed expectation is vacuously true; empty if it is not."""
    count = seen.get("element_count")
    if count is not None and count == seen.get("missing_count", -1):
        return "vacuously true: the column has no values"
    observed = seen.get("observed_value")
    if isinstance(observed, float) and not math.isfinite(observed):
        return f"the observed value {observed} is not finite"
    if table.empty and count == 0:
        return "vacuously true: the table has no rows"
    return ""


def _exception(info: dict[str, Any]) -> str:
    """Message in Great Expectations' nested description of an exception."""
    details = [info] if "raised_exception" in info else list(info.values())
    for detail in details:
        if detail.get("raised_exception"):
            return f"it could not be computed: {str(detail.get('exception_message')).splitlines()[0]}"
    return ""


@contextmanager
def _quiet() -> Iterator[None]:
    """Suppress log lines and import warnings of Great Expectations."""
    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
