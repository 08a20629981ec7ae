"""The model card (Mitchell et al. 2019): what the model is for, how well it does, and where its limits are."""

from __future__ import annotations

from collections.abc import Sequence

from automl_flow.evaluation import LIGHTGBM, MODEL, PRIOR, Evaluation
from automl_flow.reports.data import LeaderboardRow, ReportData
from automl_flow.reports.fairness import FOUR_FIFTHS, column_facts, four_fifths
from automl_flow.reports.formatting import (
    compared,
    metric_name,
    number,
    optimism,
    shares,
    without_input,
)
from automl_flow.reports.page import template

_MIN_HOLDOUT_ROWS = 200
_UNCALIBRATED = 0.1


def model_card(data: ReportData) -> str:
    """Write the model card as Markdown: no timestamps, so that an unchanged model has an unchanged card.

    Texts that come from data are shown as they are written: :mod:`automl_flow.reports.markdown`.
    """
    evaluation = data.evaluation
    others = [name for name in evaluation.scores if name != MODEL]
    return template("card.md.j2").render(
        c=data,
        e=evaluation,
        fairness=column_facts(evaluation),
        others=others,
        members=_members(data.leaderboard),
        limits=limits(data),
    )


def _members(leaderboard: Sequence[LeaderboardRow]) -> list[tuple[LeaderboardRow, str]]:
    """Models that the final one is made of, and their shares, which add up to 100%."""
    rows = [row for row in leaderboard if row.weight and row.kind != "ensemble"]
    weights = [row.weight for row in rows]
    return list(zip(rows, shares(weights, sum(weights)), strict=True))


def limits(data: ReportData) -> list[str]:
    """Say what a user of the model should know, as far as the numbers tell."""
    evaluation = data.evaluation
    found = [
        "The holdout is a sample of the same source: other places, times or populations may differ.",
        *_limits_of_evidence(evaluation),
        *_limits_of_groups(evaluation),
    ]
    found += [
        f"Data check ({finding['level']}): {finding['message']}"
        for finding in data.findings.get("checks", [])
        if finding["level"] != "info"
    ]
    return found


def _limits_of_evidence(evaluation: Evaluation) -> list[str]:
    found = []
    if evaluation.n_holdout < _MIN_HOLDOUT_ROWS:
        found.append(f"The holdout has only {evaluation.n_holdout} rows: read the intervals, not the scores.")
    search = evaluation.search
    if search is not None and search.enough and search.varied and search.optimism.low > 0:
        found.append(optimism(evaluation))
    simple = [comparison for comparison in evaluation.comparisons if comparison.against in (PRIOR, LIGHTGBM)]
    undecided = [comparison for comparison in simple if not comparison.gain.low > 0]
    found += [compared(comparison, evaluation) for comparison in undecided]
    detail = evaluation.classification
    if detail is not None and detail.calibration_error > _UNCALIBRATED:
        error = number(detail.calibration_error, 2)
        found.append(f"Its probabilities are off by {error} on average; calibrate them before use.")
    return found


def _limits_of_groups(evaluation: Evaluation) -> list[str]:
    found = [without_input(evaluation, column) for column in evaluation.refits.inputs]
    for gap in evaluation.gaps:
        if gap.ratio is not None and gap.ratio.low < FOUR_FIFTHS:
            found.append(f"Groups of {gap.column}. {four_fifths(gap, evaluation)}")
        if gap.measure == "score" and gap.difference.low > 0:
            name = metric_name(evaluation.metric)
            found.append(f"Between groups of {gap.column} the {name} differs by {number(gap.difference.value, 3)}.")
    return found
