"""The data docs: a self-contained HTML page of a validation."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from automl_flow.core.errors import visible
from automl_flow.expectations.mandatory import ANY, FINITE

if TYPE_CHECKING:
    from jinja2 import Template

_COLUMNS = ("column", "column_list", "column_A", "column_B")


def render_docs(findings: dict[str, Any]) -> str:
    """Render the findings of a validation as a self-contained HTML page.

    Args:
        findings: The findings document; every text in it is escaped.
    """
    verdicts = findings["expectations"]
    failed, held = ([v for v in verdicts if v["success"] is success] for success in (False, True))
    return _template().render(findings=findings, verdicts=verdicts, failed=failed, held=held)


def describe_rule(verdict: Mapping[str, Any]) -> str:
    """Describe a rule in words."""
    limits = {key: value for key, value in verdict["kwargs"].items() if key not in _COLUMNS}
    rule: str = verdict["expectation"]
    if rule == "expect_column_values_to_be_between" and limits == FINITE:
        return "numbers are finite"
    if rule == "expect_column_values_to_be_between" and limits == {**FINITE, "min_value": 0}:
        return "numbers are finite and not negative"
    if rule == "expect_column_values_to_not_be_null" and limits == {"mostly": ANY}:
        return "has a value in at least one row"
    words = rule.removeprefix("expect_").replace("_", " ")
    return words + "".join(f"; {key.replace('_', ' ')} {value}" for key, value in sorted(limits.items()))


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("automl_flow.expectations", "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, finalize=visible, trim_blocks=True
    )
    environment.filters["describe_rule"] = describe_rule
    return environment.get_template("docs.html.j2")
