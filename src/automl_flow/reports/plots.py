"""The plots of the report, each a function from results to inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from automl_flow.core.errors import shown
from automl_flow.evaluation import LIGHTGBM, MODEL, PRIOR, Evaluation
from automl_flow.evaluation.classification import CalibrationBin, Curve
from automl_flow.evaluation.regression import RegressionDetail
from automl_flow.reports.drawing import LINE, SERIES, SOFT, TEXT, axes, to_svg
from automl_flow.reports.formatting import metric_name, model_name, number
from automl_flow.reports.networks import NetworkSection
from automl_flow.reports.searches import Trajectory, TrialPoint

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.axes import Axes

_SQUARE = 3.4
_MIN_CLIPPED_SCORES = 5  # scores that are all shown
_TICKS = {MODEL: "this model", LIGHTGBM: "default LightGBM", PRIOR: "constant baseline"}
_TICKS |= {"ensemble": "ensemble alone", "network": "searched network alone"}


def draw_comparison(evaluation: Evaluation) -> Markup:
    """Holdout scores of the model and what it is compared with, with their intervals; and the score of the search."""
    names = list(evaluation.intervals)
    with axes(0.9 + 0.34 * len(names)) as (figure, ax):
        for place, name in enumerate(names):
            interval, color = evaluation.intervals[name], SERIES[0] if name == MODEL else SOFT
            ax.plot([interval.low, interval.high], [place, place], color=color, linewidth=2, solid_capstyle="round")
            ax.plot(interval.value, place, "o", color=color, markersize=7 if name == MODEL else 5)
        if evaluation.search is not None:
            place = names.index(MODEL)
            ax.plot(evaluation.search.score, place, "D", mfc="none", mec=SERIES[1], mew=1.6, markersize=9)
        ax.set_yticks(range(len(names)), [_short(_TICKS.get(name, name)) for name in names])
        ax.set_ylim(len(names) - 0.5, -0.5)
        ax.grid(visible=False, axis="y")
        ax.set_xlabel(metric_name(evaluation.metric))
        told = [f"{model_name(n, evaluation)} {number(evaluation.intervals[n].value)}" for n in names]
        return to_svg(figure, "comparison", "Scores on the holdout: " + "; ".join(told))


def draw_trajectory(trajectory: Trajectory, evaluation: Evaluation, identity: str) -> Markup:
    """Score of every trial by what it tried and for how many epochs, and the best so far.

    Trials outside the axes (see :func:`out_of_view`) are drawn as triangles at the edge.
    """
    scored = [(point.number, point.score, _kind(point, trajectory)) for point in trajectory.points]
    known = [(number, score, kind) for number, score, kind in scored if score is not None]
    best = [(point.number, point.best) for point in trajectory.points if point.best is not None]
    kinds = list(dict.fromkeys(kind for _, _, kind in known))
    if len(kinds) > len(SERIES):  # too many to tell apart: one colour for all
        kinds, known = ["trials"], [(n, score, "trials") for n, score, _ in known]
    low, high = _view([score for _, score, _ in known], greater_is_better=evaluation.greater_is_better)
    with axes(3.1) as (figure, ax):
        for color, kind in zip(SERIES[: len(kinds)], kinds, strict=True):
            own = [(n, score) for n, score, its in known if its == kind]
            ax.plot(*_columns([p for p in own if low <= p[1] <= high]), "o", color=color, ms=4, label=_short(kind))
            below = [(n, low) for n, score in own if score < low]
            above = [(n, high) for n, score in own if score > high]
            for marker, beyond in (("v", below), ("^", above)):
                if beyond:  # an empty line that is not clipped would still take place
                    ax.plot(*_columns(beyond), marker, color=color, ms=6, clip_on=False)
        ax.step(*_columns(best), where="post", color=TEXT, linewidth=1.2, label="best so far")
        if known:
            ax.set_ylim(low, high)
        ax.set_xlabel("trial")
        ax.set_ylabel(metric_name(evaluation.metric))
        ax.locator_params(axis="x", integer=True)
        figure.legend(loc="outside lower center", ncols=3)
        final = number(best[-1][1]) if best else "none"
        return to_svg(figure, identity, f"{trajectory.title}: {len(trajectory.points)} trials, best score {final}")


def draw_networks(section: NetworkSection, evaluation: Evaluation) -> Markup:
    """Score in the search against size, for networks that were trained as long as any."""
    longest = max(point.epochs for point in section.tried)
    shown = [point for point in section.tried if point.epochs == longest]
    front = [(point.parameters, point.score) for point in shown if point.on_front]
    others = [(point.parameters, point.score) for point in shown if not point.on_front]
    won = [(point.parameters, point.score) for point in shown if point.trial == section.trial]
    plain = [(point.parameters, point.score) for point in shown if point.trial == section.reference]
    with axes(2.6) as (figure, ax):
        ax.step(*_columns(front), where="post", color=SERIES[0], linewidth=1)
        ax.plot(*_columns(front), "o", color=SERIES[0], ms=5, label="no smaller one is as good")
        ax.plot(*_columns(others), "o", color=SOFT, ms=4, label="others")
        ax.plot(*_columns(plain), "s", mfc="none", mec=TEXT, mew=1.2, ms=8, label="reference network")
        ax.plot(*_columns(won), "o", mfc="none", mec=SERIES[1], mew=1.6, ms=12, label="chosen")
        ax.set_xlabel("parameters of one network")
        ax.set_ylabel(metric_name(evaluation.metric))
        ax.margins(0.1)
        ax.locator_params(axis="x", nbins=5)
        figure.legend(loc="outside lower center", ncols=2)
        told = "; ".join(f"trial {p.trial}: {p.parameters:,} parameters, {number(p.score)}" for p in shown[:20])
        return to_svg(figure, "networks", f"Networks of the search by size and score. {told}")


def out_of_view(trajectory: Trajectory, evaluation: Evaluation) -> int:
    """Number of trials whose scores are so bad that they lie outside the axes."""
    scores = [point.score for point in trajectory.points if point.score is not None]
    low, high = _view(scores, greater_is_better=evaluation.greater_is_better)
    return sum(not low <= score <= high for score in scores)


def drawn_curves(curves: Sequence[Curve]) -> tuple[list[Curve], list[Curve]]:
    """Divide curves into those that are drawn, as many as there are colours, and the others.

    The ones with the smallest areas are drawn, because they have most to say; all keep their order.
    """
    worst = sorted(range(len(curves)), key=lambda i: (curves[i].area, i))[: len(SERIES)]
    return [curves[i] for i in sorted(worst)], [curve for i, curve in enumerate(curves) if i not in worst]


def draw_roc(curves: Sequence[Curve]) -> Markup:
    """ROC curves: of the positive class, or of each class against the rest."""
    told = "; ".join(f"{curve.label}: area {number(curve.area)}" for curve in curves)
    with axes(_SQUARE) as (figure, ax):
        ax.plot([0, 1], [0, 1], color=LINE, linewidth=1)
        _draw_curves(ax, curves)
        ax.set_xlabel("false positive rate")
        ax.set_ylabel("true positive rate")
        ax.legend(loc="lower right")
        return to_svg(figure, "roc", f"ROC curves. {told}")


def draw_precision_recall(curves: Sequence[Curve]) -> Markup:
    """Precision against recall: of the positive class, or of each class against the rest."""
    told = "; ".join(f"{curve.label}: average precision {number(curve.area)}" for curve in curves)
    with axes(_SQUARE) as (figure, ax):
        _draw_curves(ax, curves)
        ax.set_xlabel("recall")
        ax.set_ylabel("precision")
        ax.legend(loc="lower left")
        return to_svg(figure, "recall", f"Precision-recall curves. {told}")


def draw_calibration(bins: Sequence[CalibrationBin]) -> Markup:
    """Observed frequency against predicted probability; the dots grow with the rows in a bin."""
    most = max((b.rows for b in bins), default=1)
    with axes(_SQUARE) as (figure, ax):
        ax.plot([0, 1], [0, 1], color=LINE, linewidth=1)
        ax.plot([b.predicted for b in bins], [b.observed for b in bins], color=SERIES[0], linewidth=1.2)
        for b in bins:
            ax.plot(b.predicted, b.observed, "o", color=SERIES[0], markersize=3 + 5 * (b.rows / most) ** 0.5)
        _unit_square(ax)
        ax.set_xlabel("predicted probability")
        ax.set_ylabel("observed frequency")
        told = "; ".join(f"predicted {number(b.predicted, 2)}, observed {number(b.observed, 2)}" for b in bins)
        return to_svg(figure, "calibration", f"Calibration. {told}")


def draw_predictions(detail: RegressionDetail) -> Markup:
    """Predicted against true values."""
    ends = [min(*detail.actual, *detail.predicted), max(*detail.actual, *detail.predicted)]
    with axes(_SQUARE) as (figure, ax):
        ax.plot(ends, ends, color=LINE, linewidth=1)
        ax.plot(detail.actual, detail.predicted, "o", color=SERIES[0], markersize=3.5, alpha=0.6)
        ax.set_xlabel("true value")
        ax.set_ylabel("predicted value")
        return to_svg(figure, "predictions", f"Predicted against true values of {len(detail.actual)} rows")


def draw_residuals(detail: RegressionDetail) -> Markup:
    """Residuals (truth minus prediction) against predictions."""
    residuals = np.subtract(detail.actual, detail.predicted)
    with axes(_SQUARE) as (figure, ax):
        ax.axhline(0, color=LINE, linewidth=1)
        ax.plot(detail.predicted, residuals, "o", color=SERIES[0], markersize=3.5, alpha=0.6)
        ax.set_xlabel("predicted value")
        ax.set_ylabel("true minus predicted")
        middle = number(detail.residual_quantiles[2])
        return to_svg(figure, "residuals", f"Residuals against predictions; median residual {middle}")


def _draw_curves(ax: Axes, curves: Sequence[Curve]) -> None:
    drawn, _ = drawn_curves(curves)
    for color, curve in zip(SERIES[: len(drawn)], drawn, strict=True):
        label = f"{_short(str(curve.label))} ({number(curve.area, 3)})"
        ax.plot(curve.x, curve.y, color=color, linewidth=1.5, label=label)
    _unit_square(ax)


def _kind(point: TrialPoint, trajectory: Trajectory) -> str:
    """What a trial tried; in a search that trains only the better ones to the end, for how long, too."""
    if len(trajectory.rungs) < 2:
        return point.label
    alone = len({other.label for other in trajectory.points}) == 1  # then there is nothing to tell apart
    return f"{point.epochs} epochs" if alone else f"{point.label}, {point.epochs} epochs"


def _unit_square(ax: Axes) -> None:
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.02, 1.02)


def _view(scores: Sequence[float], *, greater_is_better: bool) -> tuple[float, float]:
    """Ends of the axis of scores, without the worst tenth where it would press all others into a line."""
    if not scores:
        return 0.0, 1.0
    low, high = min(scores), max(scores)
    if len(scores) >= _MIN_CLIPPED_SCORES:
        inner = [float(q) for q in np.quantile(scores, [0.1, 1.0] if greater_is_better else [0.0, 0.9])]
        reach = 0.15 * (inner[1] - inner[0])
        if reach > 0:
            low, high = max(low, inner[0] - reach), min(high, inner[1] + reach)
    margin = 0.06 * (high - low) or max(abs(high) * 0.01, 0.01)
    return low - margin, high + margin


def _columns(pairs: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in pairs], [y for _, y in pairs]


def _short(name: str, length: int = 24) -> str:
    name = shown(name, 200).lstrip("_") or "–"  # legends leave out labels that begin with an underscore
    return name if len(name) <= length else f"{name[: length - 1]}…"
