"""The validation's own page: one HTML file that needs no network."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Template


def render_docs(findings: dict[str, Any]) -> str:
    """Render the findings of a validation as a self-contained HTML page.

    Args:
        findings: The findings document; every text in it is escaped.
    """
    verdicts = findings["expectations"]
    failed = [verdict for verdict in verdicts if not verdict["success"]]
    return _template().render(findings=findings, verdicts=verdicts, failed=failed)


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("automl_flow.expectations", "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template("docs.html.j2")
