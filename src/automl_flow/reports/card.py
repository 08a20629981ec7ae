"""The model card (Mitchell et al. 2019): what the model is for, how well it does, and where its limits are."""

from __future__ import annotations

from automl_flow.evaluation import MODEL, Evaluation
from automl_flow.reports.content import ReportContent
from automl_flow.reports.page import template
from automl_flow.reports.words import compared, direction, metric_name, model_name, number, optimism

_FEW_ROWS = 200
_FAR_APART = 0.8  # the "four fifths" rule of selection rates
_UNCALIBRATED = 0.1


def model_card(content: ReportContent) -> str:
    """Write the model card as Markdown: no timestamps, so that an unchanged model has an unchanged card.

    Texts that come from data are escaped as HTML, which Markdown lets through.
    """
    evaluation = content.evaluation
    others = [name for name in evaluation.scores if name != MODEL]
    return template("card.md.j2").render(
        c=content,
        e=evaluation,
        direction=direction(evaluation),
        optimism=optimism(evaluation),
        comparisons=[compared(comparison, evaluation) for comparison in evaluation.comparisons],
        others=[(model_name(name, evaluation.problem), evaluation.scores[name][evaluation.metric]) for name in others],
        members=[row for row in content.leaderboard if row.weight and row.kind != "ensemble"],
        limits=limits(content),
    )


def limits(content: ReportContent) -> list[str]:
    """Say what a user of the model should know, as far as the numbers tell."""
    evaluation = content.evaluation
    found = [
        "The holdout is a sample of the same source: other places, times or populations may differ.",
        *_limits_of_evidence(evaluation),
        *_limits_of_groups(evaluation),
    ]
    found += [
        f"Data check ({finding['level']}): {finding['message']}"
        for finding in content.findings.get("checks", [])
        if finding["level"] != "info"
    ]
    return found


def _limits_of_evidence(evaluation: Evaluation) -> list[str]:
    found = []
    if evaluation.n_holdout < _FEW_ROWS:
        found.append(f"The holdout has only {evaluation.n_holdout} rows: read the intervals, not the scores.")
    if evaluation.optimism is not None and evaluation.optimism.low > 0:
        found.append(optimism(evaluation))
    undecided = [comparison for comparison in evaluation.comparisons if not comparison.gain.low > 0]
    found += [compared(comparison, evaluation) for comparison in undecided]
    detail = evaluation.classification
    if detail is not None and detail.calibration_error > _UNCALIBRATED:
        error = number(detail.calibration_error, 2)
        found.append(f"Its probabilities are off by {error} on average: calibrate them before you rely on them.")
    return found


def _limits_of_groups(evaluation: Evaluation) -> list[str]:
    found = []
    for gap in evaluation.gaps:
        if gap.ratio is not None and gap.ratio < _FAR_APART:
            found.append(
                f"Groups of {gap.column} are selected at very different rates (smallest over largest: {gap.ratio:.0%})."
            )
        if gap.measure == "score":
            name = metric_name(evaluation.metric)
            found.append(f"Between groups of {gap.column} the {name} differs by {number(gap.difference, 3)}.")
    return found
