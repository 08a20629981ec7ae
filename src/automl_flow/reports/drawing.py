"""Matplotlib figures as inline SVG: the same bytes every time, in the colours of the page."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Colours that stand for the page's own: style sheets cannot reach into Matplotlib, so they are replaced afterwards.
TEXT, SOFT, LINE, CARD = "#010101", "#020202", "#030303", "#040404"
SERIES = ("#050501", "#050502", "#050503", "#050504", "#050505", "#050506", "#050507", "#050508")
_VARIABLES = {TEXT: "--text", SOFT: "--soft", LINE: "--line", CARD: "--card"}
_VARIABLES |= {color: f"--series-{i}" for i, color in enumerate(SERIES, start=1)}
_WIDTH = 4.6  # inches; text keeps a readable size on a telephone
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "automl_flow",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.edgecolor": LINE,
    "axes.labelcolor": SOFT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "text.color": TEXT,
    "xtick.color": LINE,
    "xtick.labelcolor": SOFT,
    "ytick.color": LINE,
    "ytick.labelcolor": SOFT,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "axes.grid": True,
    "axes.axisbelow": True,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "legend.handlelength": 1.2,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "text.parse_math": False,  # a "$" in a name is a "$"
}


@contextmanager
def axes(height: float) -> Iterator[tuple[Figure, Axes]]:
    """Give a figure of one pair of axes in the page's style.

    Args:
        height: Inches; the width is that of half a page.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with warnings.catch_warnings(), mpl.rc_context(_STYLE):  # type: ignore[arg-type] # their Literal of keys
        # Texts are left to the browser, which has more glyphs than the font that measures them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        yield figure, figure.add_subplot()


def to_svg(figure: Figure, identity: str, label: str) -> Markup:
    """Return *figure* as an SVG element for the inside of a page.

    Args:
        figure: Drawn within :func:`axes`.
        identity: Prefix of all ids in it, unique on the page.
        label: Text for readers who cannot see it.
    """
    from markupsafe import Markup, escape

    buffer = io.StringIO()
    nothing: dict[str, Any] = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=nothing)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->|<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<[^>]*>", lambda tag: _of_page(tag.group(), identity), svg)  # texts between tags stay as they are
    opening = f'<svg class="plot" role="img" aria-label="{escape(label)}"'
    svg = re.sub(r'<svg\s+(?:height|width)="[^"]*"|<svg', lambda _: opening, svg, count=1)
    svg = re.sub(r'(<svg[^>]*?)\s(?:width)="[^"]*pt"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?)\s(?:height)="[^"]*pt"', r"\1", svg, count=1)
    return Markup("\n".join(line for line in svg.splitlines() if line.strip()))  # noqa: S704 - Matplotlib escapes text


def _of_page(tag: str, identity: str) -> str:
    """A tag of Matplotlib's with the page's colours and font, and with ids that no other picture has."""
    tag = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", tag).replace("xlink:href", "href")
    tag = tag.replace(' id="', f' id="{identity}-').replace("url(#", f"url(#{identity}-")
    tag = tag.replace('href="#', f'href="#{identity}-')
    tag = re.sub(r"'DejaVu Sans'[^;\"]*", "var(--font)", tag)
    for color, variable in _VARIABLES.items():
        tag = tag.replace(color, f"var({variable})")
    return tag
