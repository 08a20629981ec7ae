"""The report of one task: a page that needs nothing but a browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from automl_flow.evaluation import LIGHTGBM, PRIOR, Comparison, Evaluation
from automl_flow.reports import plots
from automl_flow.reports.data import LeaderboardRow, ReportData
from automl_flow.reports.fairness import column_facts
from automl_flow.reports.formatting import (
    model_name,
    number,
    shares,
)
from automl_flow.reports.page import template

_FEATURES = 20  # of the importance table
_TRIALS = 200  # of the leaderboard, and of the table of trials


def render_report(data: ReportData) -> str:
    """Render the report as one self-contained HTML page.

    It has no scripts and loads nothing; all texts that come from data are escaped; equal data gives equal bytes.
    """
    evaluation = data.evaluation
    return template("report.html.j2").render(
        c=data,
        e=evaluation,
        title=data.task.name,
        comparisons=_baselines_first(evaluation),
        baselines=_baselines(evaluation),
        leaderboard=_shown_rows(data.leaderboard),
        most_trials=_TRIALS,
        fairness=column_facts(evaluation),
        curves_left_out=_curves_left_out(evaluation),
        out_of_view=[plots.out_of_view(trajectory, evaluation) for trajectory in data.trajectories],
        importance=evaluation.importance[:_FEATURES],
        largest=max((i.loss for i in evaluation.importance), default=0.0),
        plots=_plots(data),
        sections=_sections(data),
    )


def _baselines_first(evaluation: Evaluation) -> list[Comparison]:
    """The comparisons: what a person would have without the search comes before parts of the model."""
    return sorted(evaluation.comparisons, key=lambda comparison: comparison.against not in (PRIOR, LIGHTGBM))


def _baselines(evaluation: Evaluation) -> list[tuple[str, float]]:
    """Name and score of what the model is compared with, the baselines first."""
    names = [comparison.against for comparison in _baselines_first(evaluation)]
    return [(model_name(name, evaluation), evaluation.scores[name][evaluation.metric]) for name in names]


def _shown_rows(rows: Sequence[LeaderboardRow]) -> list[tuple[LeaderboardRow, str]]:
    """Rows with their shares of the model: all that have one, and the best of the others."""
    texts = _weights(rows)
    return [pair for place, pair in enumerate(zip(rows, texts, strict=True)) if place < _TRIALS or pair[0].weight]


def _weights(rows: Sequence[LeaderboardRow]) -> list[str]:
    """Shares of the final model as text; on each level they add up to the share of the row that they are parts of."""
    texts = ["–"] * len(rows)
    for level in sorted({row.level for row in rows}):
        places = [i for i, row in enumerate(rows) if row.level == level and row.weight]
        total = sum(rows[i].weight for i in places)
        for place, text in zip(places, shares([rows[i].weight for i in places], total), strict=True):
            texts[place] = text
    return texts


def _curves_left_out(evaluation: Evaluation) -> str:
    """A sentence on classes that have no curve in the plots; empty where all have one."""
    detail = evaluation.classification
    if detail is None or evaluation.classes is None or len(evaluation.classes) == 2:
        return ""
    told = []
    for name, curves in (("ROC", detail.roc), ("precision-recall", detail.precision_recall)):
        drawn, others = plots.drawn_curves(curves)
        if others:
            listed = ", ".join(f"{curve.label} ({number(curve.area, 3)})" for curve in others)
            told.append(f"The {name} plot shows the {len(drawn)} classes with the smallest areas; not drawn: {listed}.")
    absent = [str(label) for label in evaluation.classes if label not in [curve.label for curve in detail.roc]]
    if absent:
        told.append(f"Without a curve, because the holdout has none or nothing else of them: {', '.join(absent)}.")
    return " ".join(told)


def _plots(data: ReportData) -> dict[str, Any]:
    """All pictures of the page, by name."""
    evaluation = data.evaluation
    drawn: dict[str, Any] = {"comparison": plots.draw_comparison(evaluation)}
    drawn["trajectories"] = [
        plots.draw_trajectory(trajectory, evaluation, f"trajectory-{place}")
        for place, trajectory in enumerate(data.trajectories)
        if trajectory.points
    ]
    if data.network is not None and data.network.tried:
        drawn["networks"] = plots.draw_networks(data.network, evaluation)
    if evaluation.classification is not None:
        detail = evaluation.classification
        if detail.roc:
            drawn["roc"] = plots.draw_roc(detail.roc)
            drawn["precision_recall"] = plots.draw_precision_recall(detail.precision_recall)
        drawn["calibration"] = plots.draw_calibration(detail.calibration)
    if evaluation.regression is not None:
        drawn["predictions"] = plots.draw_predictions(evaluation.regression)
        drawn["residuals"] = plots.draw_residuals(evaluation.regression)
    return drawn


def _sections(data: ReportData) -> list[tuple[str, str]]:
    """Anchor and heading of the sections that this report has."""
    evaluation = data.evaluation
    wanted = [
        ("result", "Result", True),
        ("models", "Models and search", bool(data.leaderboard or data.trajectories)),
        ("network", "Network", data.network is not None),
        ("errors", "Errors", True),
        ("explanation", "What drives the predictions", bool(evaluation.importance)),
        ("robustness", "Robustness", bool(evaluation.robustness)),
        ("groups", "Groups", bool(evaluation.groups or evaluation.refits.inputs)),
        ("data", "Data", True),
        ("preparation", "Preparation", data.recipe is not None or data.plan is not None),
        ("reproduce", "Reproduce this result", True),
    ]
    return [(anchor, heading) for anchor, heading, there in wanted if there]
