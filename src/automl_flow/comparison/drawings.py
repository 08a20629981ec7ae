"""Plots of two versions in the same axes, inline: those of ``dvc plots diff``, without a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automl_flow.comparison.results import TaskResults
from automl_flow.reports.drawing import LINE, SERIES, axes, to_svg

if TYPE_CHECKING:
    from markupsafe import Markup

_HEIGHT = 2.9
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class ChangePlot:
    """A picture and the sentence below it."""

    svg: Markup
    caption: str


@dataclass(frozen=True)
class _Plot:
    """A table of the evaluation, and how it is drawn."""

    file: str
    x: str
    y: str
    marker: str
    caption: str
    diagonal: bool = False


_PLOTS = (
    _Plot(
        "calibration.csv", "predicted", "observed", "o-", "Calibration: the closer to the diagonal the better.", True
    ),
    _Plot("roc.csv", "false_positive_rate", "true_positive_rate", "-", "ROC.", True),
    _Plot("pareto.csv", "parameters", "score", "o", "Networks of the architecture search by size and score."),
)


def draw_changes(old: TaskResults, new: TaskResults, identity: str) -> Iterator[ChangePlot]:
    """Draw every table that both versions have and that differs.

    Args:
        old: The first version.
        new: The second.
        identity: Prefix of all ids in the pictures, unique on the page.
    """
    titles = (old.revision.title, new.revision.title)
    for place, search in enumerate(name for name in new.searches if name in old.searches):
        lines = (_best(old.searches[search]), _best(new.searches[search]))
        if lines[0] != lines[1]:
            caption = f"Best score of the {search} after each trial."
            yield ChangePlot(_draw(lines, titles, ("trial", "best score"), f"{identity}-search-{place}", "-"), caption)
    for place, plot in enumerate(_PLOTS):
        tables = (old.table(plot.file), new.table(plot.file))
        if tables[0] == tables[1] or not all(_is_one_curve(table) for table in tables):
            continue
        points = (_points(tables[0], plot), _points(tables[1], plot))
        svg = _draw(points, titles, (plot.x, plot.y), f"{identity}-{place}", plot.marker, diagonal=plot.diagonal)
        yield ChangePlot(svg, plot.caption)


def _draw(
    lines: Sequence[Points],
    titles: Sequence[str],
    labels: tuple[str, str],
    identity: str,
    marker: str,
    *,
    diagonal: bool = False,
) -> Markup:
    with axes(_HEIGHT) as (figure, ax):
        if diagonal:
            ax.plot([0, 1], [0, 1], color=LINE, linewidth=1)
        for points, title, color in zip(lines, titles, SERIES[: len(lines)], strict=True):
            ax.plot([x for x, _ in points], [y for _, y in points], marker, color=color, markersize=4, label=title)
        ax.set_xlabel(labels[0].replace("_", " "))
        ax.set_ylabel(labels[1].replace("_", " "))
        figure.legend(loc="outside lower center", ncols=2)
        return to_svg(figure, identity, f"{labels[1]} against {labels[0]}: {titles[0]} and {titles[1]}")


def _best(trials: Sequence[Mapping[str, str]]) -> Points:
    return [(float(trial["trial"]), float(trial["best"])) for trial in trials if trial["best"]]


def _is_one_curve(table: Sequence[Mapping[str, str]]) -> bool:
    """Whether a table has rows, and of one class only: curves of many classes in two versions cannot be told apart."""
    return bool(table) and len({row.get("label") for row in table}) == 1


def _points(table: Sequence[Mapping[str, str]], plot: _Plot) -> Points:
    return [(float(row[plot.x]), float(row[plot.y])) for row in table if row[plot.x] and row[plot.y]]
