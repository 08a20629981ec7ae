"""Templates, and what they may call."""

from __future__ import annotations

import base64
from functools import cache
from typing import TYPE_CHECKING

from automl_flow.core.errors import shown, visible
from automl_flow.reports import markdown
from automl_flow.reports.words import metric_name, number, params, percent_spread, share, spread

if TYPE_CHECKING:
    from jinja2 import Environment, Template


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
    made.filters.update(sentence=markdown.sentence, inline=markdown.inline, code=markdown.code, shown=shown)
    made.filters.update(
        picture=picture,
        number=number,
        share=share,
        spread=spread,
        percent_spread=percent_spread,
        metric_name=metric_name,
        params=params,
    )
    return made
