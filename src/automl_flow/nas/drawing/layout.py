"""Places for the boxes of a small directed graph, from top to bottom (Sugiyama, Tagawa and Toda 1981, in a few lines).

Every box stands below all that it reads. An arrow that passes rows of boxes gets a lane of its own in each of them, so
that it crosses none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

GAP = 16.0  # between neighbours
ROW_GAP = 26.0  # between rows, for the arrows
LANE = 10.0  # width of an arrow that passes a row
_SWEEPS = 8

Key = tuple[str, int]  # a box has the number -1; the lanes of an arrow are numbered by row
Edge = tuple[str, str]


@dataclass(frozen=True)
class Layout:
    """Where everything is.

    Attributes:
        centres: (x, y) of the middle of each box.
        lanes: For each arrow the places (x, top, bottom) at which it passes a row.
        width: Of the whole.
        height: Of the whole.
    """

    centres: Mapping[str, tuple[float, float]]
    lanes: Mapping[Edge, Sequence[tuple[float, float, float]]]
    width: float
    height: float


def place(sizes: Mapping[str, tuple[float, float]], edges: Sequence[Edge]) -> Layout:
    """Place boxes.

    Args:
        sizes: (width, height) of each box, in an order in which a box follows what it reads.
        edges: Arrows (from, to).
    """
    rows = _rows(list(sizes), edges)
    chains = {edge: _chain(edge, rows) for edge in dict.fromkeys(edges)}
    links = [link for chain in chains.values() for link in pairwise(chain)]
    order = _order(list(sizes), rows, chains, links)
    widths = {key: sizes[key[0]][0] if key[1] < 0 else LANE for row in order for key in row}
    xs = _columns(order, widths, links)
    left = min(xs[key] - widths[key] / 2 for key in xs)
    heights = [max((sizes[name][1] for name, row in row_ if row < 0), default=0.0) for row_ in order]
    tops = [sum(heights[:i]) + ROW_GAP * i for i in range(len(heights))]
    centres = {name: (xs[name, -1] - left, tops[rows[name]] + heights[rows[name]] / 2) for name in sizes}
    lanes = {
        edge: [(xs[key] - left, tops[key[1]], tops[key[1]] + heights[key[1]]) for key in chain[1:-1]]
        for edge, chain in chains.items()
    }
    width = max(xs[key] + widths[key] / 2 for key in xs) - left
    return Layout(centres, lanes, width, tops[-1] + heights[-1])


def _rows(names: list[str], edges: Sequence[Edge]) -> dict[str, int]:
    """Row of each box: below all that it reads; what reads nothing stands right above its first reader."""
    rows: dict[str, int] = {}
    for name in names:
        rows[name] = max((rows[before] + 1 for before, after in edges if after == name), default=0)
    for name in names[1:]:
        if not any(after == name for _, after in edges):
            rows[name] = min(rows[after] for before, after in edges if before == name) - 1
    return rows


def _chain(edge: Edge, rows: Mapping[str, int]) -> list[Key]:
    """The boxes and lanes along an arrow; its lanes are named by both ends."""
    before, after = edge
    lanes = [(f"{before}\n{after}", row) for row in range(rows[before] + 1, rows[after])]
    return [(before, -1), *lanes, (after, -1)]


def _order(
    names: list[str], rows: Mapping[str, int], chains: Mapping[Edge, list[Key]], links: list[tuple[Key, Key]]
) -> list[list[Key]]:
    """The boxes of each row, from left to right: near those they are linked with, which leaves few crossings."""
    order: list[list[Key]] = [[] for _ in range(max(rows.values()) + 1)]
    for name in names:
        order[rows[name]].append((name, -1))
    for chain in chains.values():
        for key in chain[1:-1]:
            order[key[1]].append(key)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        for row in order if down else reversed(order):
            position = {key: place / max(1, len(r) - 1) for r in order for place, key in enumerate(r) if len(r) > 1}
            position |= {r[0]: 0.5 for r in order if len(r) == 1}
            near = {key: _near(key, links, down=down) for key in row}
            row.sort(key=lambda k: _mean([position[n] for n in near[k]], position[k]))
    return order


def _near(key: Key, links: list[tuple[Key, Key]], *, down: bool) -> list[Key]:
    return [a if down else b for a, b in links if (b if down else a) == key]


def _columns(order: list[list[Key]], widths: Mapping[Key, float], links: list[tuple[Key, Key]]) -> dict[Key, float]:
    """Middle of everything: as near below what it is linked with as the neighbours allow."""
    xs: dict[Key, float] = {}
    for row in order:
        total = sum(widths[key] for key in row) + GAP * (len(row) - 1)
        x = -total / 2
        for key in row:
            xs[key] = x + widths[key] / 2
            x += widths[key] + GAP
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        for row in order if down else reversed(order):
            wanted = [_mean([xs[n] for n in _near(key, links, down=down)], xs[key]) for key in row]
            _settle(row, wanted, widths, xs)
    return xs


def _settle(row: list[Key], wanted: list[float], widths: Mapping[Key, float], xs: dict[Key, float]) -> None:
    """Move a row to where it wants to be, in its order and without overlaps: half pushed right, half pushed left."""
    apart = [(widths[a] + widths[b]) / 2 + GAP for a, b in pairwise(row)]
    right, left = list(wanted), list(wanted)
    for i, distance in enumerate(apart):
        right[i + 1] = max(right[i + 1], right[i] + distance)
    for i, distance in reversed(list(enumerate(apart))):
        left[i] = min(left[i], left[i + 1] - distance)
    for key, a, b in zip(row, right, left, strict=True):
        xs[key] = (a + b) / 2


def _mean(values: list[float], default: float) -> float:
    return sum(values) / len(values) if values else default
