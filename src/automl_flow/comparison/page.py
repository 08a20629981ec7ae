"""The comparison as one page that needs nothing but a browser."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from automl_flow.comparison.content import Comparison
from automl_flow.reports.page import environment

if TYPE_CHECKING:
    from jinja2 import Environment


def render_comparison(comparison: Comparison) -> str:
    """Render a comparison as one self-contained HTML page.

    It has no scripts and loads nothing; all texts that come from data are escaped; equal content gives equal bytes.
    """
    return _environment().get_template("comparison.html.j2").render(c=comparison)


@cache
def _environment() -> Environment:
    from jinja2 import ChoiceLoader, PackageLoader

    shared = environment()
    own = PackageLoader("automl_flow.comparison", "templates")
    return shared.overlay(loader=ChoiceLoader([loader for loader in (own, shared.loader) if loader is not None]))
