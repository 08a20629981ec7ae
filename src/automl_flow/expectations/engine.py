"""Running rules with Great Expectations, quietly, and judging what it lets pass."""

from __future__ import annotations

import logging
import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import pandas as pd

from automl_flow.checks.view import hashable
from automl_flow.core.errors import ConfigError, DataError, nearest, shown
from automl_flow.core.files import plain
from automl_flow.expectations.rules import Rule, Verdict, snake_case

_SHOWN = 5
_TALKATIVE = "great_expectations.data_context.types.base"  # sets its own level when it is imported


def run_rules(table: pd.DataFrame, rules: Sequence[Rule]) -> tuple[Verdict, ...]:
    """Try every rule on *table*.

    A rule fails, too, when a column of it does not exist, when Great Expectations cannot compute it, and when it
    holds only because there is nothing to look at (no rows, all values missing, an observed value that is not
    finite).

    Args:
        table: Rows numbered from 0, unique column names; it is not changed.
        rules: The suite.

    Returns:
        A verdict for every rule, in the order of *rules*.

    Raises:
        ConfigError: A rule names an expectation that does not exist, or gives it arguments that it does not take.
        DataError: The suite is empty, or not every rule was evaluated.
    """
    if not rules:
        raise DataError("the validation suite is empty: it would accept anything")
    runnable = {i: rule for i, rule in enumerate(rules) if set(rule.columns) <= set(table.columns)}
    results = _run(table.apply(hashable), runnable)
    if set(results) != set(runnable):
        missed = ", ".join(str(rules[i]) for i in sorted(set(runnable) - set(results)))
        raise DataError(f"the validation engine did not evaluate: {missed}")
    return tuple(_judge(rule, results.get(i), table) for i, rule in enumerate(rules))


def _run(table: pd.DataFrame, rules: dict[int, Rule]) -> dict[int, Any]:
    """Return Great Expectations' result of each rule, by position."""
    with _quiet():
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig

        logging.getLogger(_TALKATIVE).setLevel(logging.NOTSET)
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
        except Exception as error:  # what it does not catch itself, of rules that cannot be meant for a table
            raise ConfigError(f"the suite of expectations cannot be tried: {shown(_one_line(error), 300)}") from error
    return {int(result.expectation_config.meta["position"]): result for result in report.results}


def _build(rule: Rule, position: int) -> Any:
    """Build Great Expectations' object for a rule."""
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
    """Great Expectations' classes of expectations, by their name in snake case."""
    import great_expectations.expectations as catalog

    names = (name for name in dir(catalog) if name.startswith("Expect") and name != "Expectation")
    return {snake_case(name): getattr(catalog, name) for name in names}


def _one_line(error: Exception) -> str:
    details: list[dict[str, Any]] = getattr(error, "errors", list)()
    said = [f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" for detail in details]
    return "; ".join(said) or str(error)


def _judge(rule: Rule, result: Any, table: pd.DataFrame) -> Verdict:
    """Turn a result into a verdict, and distrust what passed on nothing."""
    if result is None:
        absent = [name for name in rule.columns if name not in table.columns]
        return Verdict(rule, success=False, reason=f"there is no column {', '.join(map(repr, absent))}")
    seen = result.result or {}
    observed = plain(seen.get("observed_value"))
    reason = _exception(result.exception_info)
    if not reason and result.success:
        reason = _vacuous(seen, table)
    broken = sorted(int(row) for row in seen.get("unexpected_index_list") or [])
    return Verdict(
        rule,
        success=bool(result.success) and not reason,
        observed=observed,
        unexpected=int(seen.get("unexpected_count") or 0),
        examples=tuple(repr(plain(value)) for value in (seen.get("partial_unexpected_list") or [])[:_SHOWN]),
        rows=tuple(broken[:_SHOWN]),
        reason=reason,
    )


def _vacuous(seen: dict[str, Any], table: pd.DataFrame) -> str:
    """Say why a passed expectation proves nothing; empty when it proves something."""
    count = seen.get("element_count")
    if count is not None and count == seen.get("missing_count", -1):
        return "it passed on nothing: the column holds no value"
    observed = seen.get("observed_value")
    if isinstance(observed, float) and not math.isfinite(observed):
        return f"the observed value {observed} is not finite"
    if table.empty and count == 0:
        return "it passed on nothing: the table has no rows"
    return ""


def _exception(info: dict[str, Any]) -> str:
    """Dig the message out of Great Expectations' nested description of an exception."""
    details = [info] if "raised_exception" in info else list(info.values())
    for detail in details:
        if detail.get("raised_exception"):
            return f"it could not be computed: {str(detail.get('exception_message')).splitlines()[0]}"
    return ""


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Great Expectations' log lines, and the warnings of its imports, from the user."""
    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
