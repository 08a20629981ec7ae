"""Pictures of a network's blocks, made from what it does when it runs."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from html import escape

from torch import nn

from automl_flow.nas.drawing.blocks import IN, OUT, Block, Panel, panels
from automl_flow.nas.drawing.dataflow import record
from automl_flow.nas.drawing.layout import Layout, place
from automl_flow.nas.drawing.wording import OPERATORS, parameter_words, shape_words
from automl_flow.nas.shape import DataShape, Kind

FONT, SMALL = 13.0, 11.5
MARGIN = 12.0
HEADING = 26.0
_MAX_LINE_LENGTH = 36  # characters
_LETTER = 0.56  # mean width of a character as a share of the font's size, on the safe side
_BOLD = 1.08  # how much wider it is
_PADDING = 9.0
_OPERATOR = 26.0  # diameter
_SPREAD = 6.0  # between arrows that end at one box
# A class of boxes, and the words by which its members are known; the first that fits counts.
_COLOURS = {
    "attention": ("attention",),
    "recurrent": ("GRU", "LSTM", "RNN", "recurrent", "highway"),
    "convolution": ("convolution", "cell", "bottleneck", "block, 3×3", "reduction", "stem"),
    "dense": ("dense", "linear", "embedding", "head"),
    "pooling": ("pooling", "average", "maximum"),
}
_STYLE = """
.nn-page{fill:#f4f6f8}.nn-text{fill:#1b2430}.nn-soft{fill:#56616f}.nn-line{stroke:#7b8794;fill:none;stroke-width:1.4}
.nn-head{fill:#7b8794}.nn-box{fill:#e6eaee;stroke:#aab4bf}.nn-end{fill:#fff;stroke:#7b8794}
.nn-convolution{fill:#dbe8fb;stroke:#6d94d8}.nn-dense{fill:#fce6d0;stroke:#d9954f}.nn-pooling{fill:#dcf1e3;stroke:#63ae82}
.nn-recurrent{fill:#f0e2fb;stroke:#a878d0}.nn-attention{fill:#fbdfe6;stroke:#d3748a}
@media (prefers-color-scheme:dark){
.nn-page{fill:#1a2129}.nn-text{fill:#e6eaef}.nn-soft{fill:#9dabb9}.nn-line{stroke:#8b97a4}.nn-head{fill:#8b97a4}
.nn-box{fill:#2a333d;stroke:#55616d}.nn-end{fill:#1a2129;stroke:#8b97a4}
.nn-convolution{fill:#1f3557;stroke:#5f86c9}.nn-dense{fill:#4d341b;stroke:#c98a4a}.nn-pooling{fill:#1d4230;stroke:#57a077}
.nn-recurrent{fill:#3d2a52;stroke:#9a6fc2}.nn-attention{fill:#51262f;stroke:#c46b80}
}""".replace("\n", "")


@dataclass(frozen=True)
class Picture:
    """A drawing of a panel.

    Attributes:
        title: What it shows.
        content: SVG elements.
        width: In pixels at its natural size.
        height: In pixels at its natural size.
    """

    title: str
    content: str
    width: float
    height: float


def pictures(network: nn.Module, shape: DataShape, result: str) -> list[Picture]:
    """The whole network first, then the insides of its blocks.

    Args:
        network: Any module that maps (N, …) to (N, outputs).
        shape: Shape of the data.
        result: Name of the output, such as ``3 classes``.
    """
    return [picture(panel, shape.kind, result) for panel in panels(record(network, shape.sample))]


@dataclass(frozen=True)
class Drawing:
    """A picture as a document.

    Attributes:
        svg: The document.
        title: What it shows.
        width: In pixels at its natural size.
    """

    svg: str
    title: str
    width: int


def draw_parts(network: nn.Module, shape: DataShape, result: str) -> tuple[Drawing, ...]:
    """Like :func:`draw`, each picture in a document of its own."""
    return tuple(
        Drawing(_document([(part, 0.0)], part.width, part.height), part.title, round(part.width))
        for part in pictures(network, shape, result)
    )


def draw(network: nn.Module, shape: DataShape, result: str) -> str:
    """One SVG document: the whole network, and next to it the inside of each block that branches.

    The arguments are those of :func:`pictures`.
    """
    x, placed = 0.0, []
    for part in (found := pictures(network, shape, result)):
        placed.append((part, x))
        x += part.width
    return _document(placed, x, max(part.height for part in found))


def _document(placed: list[tuple[Picture, float]], width: float, height: float) -> str:
    title = placed[0][0].title
    inside = "".join(f'<g transform="translate({x:.0f} 0)">{part.content}</g>' for part, x in placed)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" font-family="system-ui, sans-serif" role="img"><title>{escape(title)}</title>'
        f'<style>{_STYLE}</style><rect class="nn-page" width="100%" height="100%"/>{inside}</svg>'
    )


def picture(panel: Panel, kind: Kind, result: str) -> Picture:
    """Draw a panel; *result* names the output of the network."""
    whole = not panel.letter
    texts = {block.name: _texts(block, kind, result, whole=whole) for block in panel.blocks}
    sizes = {block.name: _size(block, texts[block.name]) for block in panel.blocks}
    edges = [(name, block.name) for block in panel.blocks for name in block.inputs]
    layout = place(sizes, edges)
    heading = panel.title if whole else f"{panel.letter}: {panel.title}"
    width = max(layout.width, _width(heading, _BOLD * FONT)) + 2 * MARGIN
    parts = [f'<text class="nn-text" x="{MARGIN}" y="{MARGIN + 12}" font-size="{FONT}" font-weight="650">'
             f"{escape(heading)}</text>"]  # fmt: skip
    parts.append(f'<g transform="translate({(width - layout.width) / 2:.1f} {MARGIN + HEADING})">')
    for block in panel.blocks:
        parts += _arrows(block, layout, sizes)
    parts += [_box(block, texts[block.name], layout.centres[block.name], sizes[block.name]) for block in panel.blocks]
    return Picture(heading, "".join([*parts, "</g>"]), width, layout.height + 2 * MARGIN + HEADING)


@dataclass(frozen=True)
class _Text:
    """A line of a box: strong, plain or soft."""

    words: str
    look: str = "plain"

    @property
    def size(self) -> float:
        return FONT if self.look == "strong" else SMALL


def _texts(block: Block, kind: Kind, result: str, *, whole: bool) -> list[_Text]:
    """The lines of text of a box."""
    if block.kind == "function" and block.title in OPERATORS:
        return [_Text(block.title, "strong")]
    times = f" × {block.times}" if block.times > 1 else ""
    lines = [_Text(block.title + times, "strong")] if block.title else []
    lines += [_Text(line) for line in (_wrapped(block.lines) if whole else block.lines)]
    if block.inside:
        lines.append(_Text(f"see {block.inside}", "soft"))
    if whole and block.name in (IN, OUT):
        return [*lines, _Text(result if block.name == OUT else shape_words(block.shape, kind), "soft")]
    if whole and block.shape:
        lines.append(_Text(f"output: {shape_words(block.shape, kind)}", "soft"))
    if whole and block.parameters:
        lines.append(_Text(parameter_words(block.parameters, block.times), "soft"))
    if block.choice:
        lines.append(_Text(block.choice, "soft"))
    return lines


def _wrapped(lines: tuple[str, ...]) -> list[str]:
    """Layers in order, wrapped to the width of a box."""
    joined = "\u00a0→ ".join(line.replace(" ", "\u00a0") for line in lines)
    return [part.replace("\u00a0", " ") for part in textwrap.wrap(joined, _MAX_LINE_LENGTH, break_long_words=False)]


def _width(words: str, size: float) -> float:
    return len(words) * size * _LETTER


def _size(block: Block, texts: list[_Text]) -> tuple[float, float]:
    if block.title in OPERATORS:
        return _OPERATOR, _OPERATOR
    width = max(_width(text.words, text.size * (_BOLD if text.look == "strong" else 1.0)) for text in texts)
    return width + 2 * _PADDING, sum(text.size * 1.32 for text in texts) + 1.4 * _PADDING


def _box(block: Block, texts: list[_Text], centre: tuple[float, float], size: tuple[float, float]) -> str:
    (x, y), (width, height) = centre, size
    top = y - height / 2
    if block.title in OPERATORS:
        shape = f'<circle class="nn-end" cx="{x:.1f}" cy="{y:.1f}" r="{_OPERATOR / 2}"/>'
        words = f'<text class="nn-text" x="{x:.1f}" y="{y + 5:.1f}" font-size="17" text-anchor="middle">'
        return f'<g data-block="{escape(block.name)}">{shape}{words}{block.title}</text></g>'
    look = "nn-end" if block.kind in ("input", "output", "state", "skip") else f"nn-{_colour(block)}"
    corner = height / 2 if look == "nn-end" and len(texts) == 1 else 7
    parts = [
        f'<rect class="{look}" x="{x - width / 2:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'rx="{corner:.1f}"/>'
    ]
    y = top + 0.7 * _PADDING
    for text in texts:
        y += text.size * 1.32
        weight = ' font-weight="600"' if text.look == "strong" else ""
        parts.append(
            f'<text class="nn-{"soft" if text.look == "soft" else "text"}" x="{x:.1f}" y="{y - 0.38 * text.size:.1f}" '
            f'font-size="{text.size}" text-anchor="middle"{weight}>{escape(text.words)}</text>'
        )
    return f'<g data-block="{escape(block.name)}">{"".join(parts)}</g>'


def _colour(block: Block) -> str:
    text = " ".join((block.title, *block.lines))
    return next((name for name, words in _COLOURS.items() if any(word in text for word in words)), "box")


def _arrows(block: Block, layout: Layout, sizes: dict[str, tuple[float, float]]) -> list[str]:
    """An arrow for everything that a block reads."""
    x, y = layout.centres[block.name]
    width, height = sizes[block.name]
    ways = []
    for place_, name in enumerate(block.inputs):
        lanes = layout.lanes[name, block.name]
        start = layout.centres[name]
        origin = lanes[-1][0] if lanes else start[0]
        ways.append((origin, place_, name, lanes, start))
    found = []
    for rank, (_, place_, name, lanes, start) in enumerate(sorted(ways)):
        shift = (rank - (len(ways) - 1) / 2) * min(_SPREAD * 2, (width - 10) / max(1, len(ways)))
        end = (x + shift, y - height / 2)
        path = _path((start[0], start[1] + sizes[name][1] / 2), lanes, end)
        label = _sign(end, rank, "+" if place_ == 0 else "−") if block.title == "−" else ""
        head = f"M {end[0] - 4:.1f} {end[1] - 7:.1f} h 8 l -4 7 z"
        found.append(
            f'<g data-from="{escape(name)}" data-to="{escape(block.name)}"><path class="nn-line" d="{path}"/>'
            f'<path class="nn-head" d="{head}"/>{label}</g>'
        )
    return found


def _sign(end: tuple[float, float], rank: int, sign: str) -> str:
    """Say at the head of an arrow which of the two is taken from the other."""
    side = 10 if rank else -10
    return (
        f'<text class="nn-soft" x="{end[0] + side:.1f}" y="{end[1] - 2:.1f}" font-size="12" text-anchor="middle">'
        f"{sign}</text>"
    )


def _path(start: tuple[float, float], lanes: object, end: tuple[float, float]) -> str:
    """A line that leaves and arrives from above, straight through its lanes."""
    path, (x, y) = f"M {start[0]:.1f} {start[1]:.1f}", start
    for lane, top, bottom in [*lanes, (end[0], end[1] - 6, end[1] - 6)]:  # type: ignore[misc]
        half = (top - y) / 2
        path += f" C {x:.1f} {y + half:.1f} {lane:.1f} {top - half:.1f} {lane:.1f} {top:.1f} V {bottom:.1f}"
        x, y = lane, bottom
    return path
