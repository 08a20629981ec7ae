"""The report of one task: a page that needs nothing but a browser."""

from __future__ import annotations

from typing import Any

from automl_flow.evaluation import LIGHTGBM, PRIOR, Comparison, Evaluation
from automl_flow.reports import plots
from automl_flow.reports.content import ReportContent
from automl_flow.reports.page import template
from automl_flow.reports.words import compared, direction, model_name, optimism

_FEATURES = 20  # of the importance table


def render_report(content: ReportContent) -> str:
    """Render the report as one self-contained HTML page.

    It has no scripts and loads nothing; all texts that come from data are escaped; equal content gives equal bytes.
    """
    evaluation = content.evaluation
    return template("report.html.j2").render(
        c=content,
        e=evaluation,
        title=content.task.name,
        comparisons=[compared(comparison, evaluation) for comparison in _baselines_first(evaluation)],
        direction=direction(evaluation),
        optimism=optimism(evaluation),
        baselines=_baselines(evaluation),
        importance=evaluation.importance[:_FEATURES],
        largest=max((i.loss for i in evaluation.importance), default=0.0),
        plots=_plots(content),
        sections=_sections(content),
    )


def _baselines_first(evaluation: Evaluation) -> list[Comparison]:
    """The comparisons: what a person would have without the search comes before parts of the model."""
    return sorted(evaluation.comparisons, key=lambda comparison: comparison.against not in (PRIOR, LIGHTGBM))


def _baselines(evaluation: Evaluation) -> list[tuple[str, float]]:
    """Name and score of what the model is compared with, the baselines first."""
    names = [comparison.against for comparison in _baselines_first(evaluation)]
    return [(model_name(name, evaluation.problem), evaluation.scores[name][evaluation.metric]) for name in names]


def _plots(content: ReportContent) -> dict[str, Any]:
    """All pictures of the page, by name."""
    evaluation = content.evaluation
    drawn: dict[str, Any] = {"comparison": plots.draw_comparison(evaluation)}
    drawn["trajectories"] = [
        plots.draw_trajectory(trajectory, evaluation, f"trajectory-{place}")
        for place, trajectory in enumerate(content.trajectories)
        if trajectory.points
    ]
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


def _sections(content: ReportContent) -> list[tuple[str, str]]:
    """Anchor and heading of the sections that this report has."""
    evaluation = content.evaluation
    wanted = [
        ("result", "Result", True),
        ("models", "Models and search", bool(content.leaderboard or content.trajectories)),
        ("network", "Network", content.network is not None),
        ("errors", "Where it errs", True),
        ("explanation", "What it looks at", bool(evaluation.importance or evaluation.robustness)),
        ("groups", "Groups", bool(evaluation.groups)),
        ("data", "Data", True),
        ("preparation", "Preparation", content.recipe is not None or content.plan is not None),
        ("reproduce", "Do it again", True),
    ]
    return [(anchor, heading) for anchor, heading, there in wanted if there]
