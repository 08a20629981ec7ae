"""The score by which a search chose the model, compared with that of the holdout."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.seeds import derive_seed
from automl_flow.evaluation.intervals import Holdout, Interval, bootstrap_scores, interval
from automl_flow.evaluation.resampling import Array
from automl_flow.tasks.metrics import Metric

MIN_VERDICT_ROWS = 100  # on either side; with fewer, no verdict on overfitting


@dataclass(frozen=True)
class ValidationPredictions:
    """The predictions by which a search chose the model.

    Attributes:
        y: Class codes or values of the training rows that it was evaluated on, shape (n,).
        predictions: Of models that had not been trained on these rows: probabilities (n, k) or values (n,).
        weight: Weights of these rows, shape (n,), or ``None``.
        out_of_fold: Rows predicted in turn, in the folds of a cross-validation; else a part of the training rows was
            held back, and predicted alone.
        trials: Trials among which these rows chose.
    """

    y: NDArray[np.generic]
    predictions: Array
    weight: Array | None
    out_of_fold: bool
    trials: int


@dataclass(frozen=True)
class SearchScore:
    """The score by which the search chose the model, next to that of the holdout.

    Attributes:
        score: By the task's metric.
        rows: Training rows that it was evaluated on.
        out_of_fold: See :class:`ValidationPredictions`.
        trials: Trials among which these rows chose; the best of many is a little too good.
        optimism: How much better the search believed the model to be than the holdout says, in units of the metric.
            Its interval counts the chance in both scores.
        enough: Both have at least ``MIN_VERDICT_ROWS`` rows, so that the interval may be read as a verdict.
        varied: Resamples of both give more than one score. Where all rows are right, they do not, and the interval
            leaves out a chance that nobody knows.
    """

    score: float
    rows: int
    out_of_fold: bool
    trials: int
    optimism: Interval
    enough: bool
    varied: bool


def compare_with_search(
    validation: ValidationPredictions,
    metric: Metric,
    value: float,
    draws: Array,
    *,
    rows: int,
    confidence: float,
    seed: int,
) -> SearchScore:
    """Compare the score of the search with that of the holdout.

    The rows of both are drawn with replacement, independently of one another, and the interval is that of the
    differences between the two scores.

    Args:
        validation: What the search went by.
        metric: The task's metric.
        value: The model's score on the holdout.
        draws: The same on resamples of the holdout.
        rows: Rows of the holdout.
        confidence: Coverage of the interval.
        seed: Draws the resamples of the search's rows.
    """
    searched = Holdout(validation.y, validation.weight)
    score = searched.score(metric, validation.predictions)
    jobs = {"search": (metric, validation.predictions)}
    others = bootstrap_scores(searched, jobs, len(draws), derive_seed(seed, "search"))["search"]
    count = min(len(draws), len(others))
    gap = interval(
        metric.to_loss(value) - metric.to_loss(score),
        metric.to_loss(draws[:count]) - metric.to_loss(others[:count]),
        confidence,
    )
    enough = min(len(validation.y), rows) >= MIN_VERDICT_ROWS
    varied = all(len(np.unique(scores[np.isfinite(scores)])) > 1 for scores in (draws, others))
    return SearchScore(score, len(validation.y), validation.out_of_fold, validation.trials, gap, enough, varied)
