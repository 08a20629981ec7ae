"""Templates, and what they may call."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from automl_flow.core.errors import shown, visible
from automl_flow.reports import formatting, markdown

if TYPE_CHECKING:
    from jinja2 import Environment, Template

_FILTERS: tuple[Callable[..., Any], ...] = (
    formatting.compared,
    formatting.direction,
    formatting.metric_name,
    formatting.model_name,
    formatting.number,
    formatting.optimism,
    formatting.params,
    formatting.percent_spread,
    formatting.points,
    formatting.repeated,
    formatting.search_name,
    formatting.search_rows,
    formatting.share,
    formatting.spread,
    markdown.sentence,
    markdown.inline,
    markdown.code,
    shown,
)


def template(name: str) -> Template:
    """Return a template of this package; every value put into it is escaped."""
    return environment().get_template(name)


def picture(svg: str) -> str:
    """Return an SVG document as a data URL: inside an image element nothing in it can run or load."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


@cache
def environment() -> Environment:
    """Templates of this package, and the filters that they share."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("automl_flow.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update({function.__name__: function for function in (*_FILTERS, picture)})
    return made
