"""Fitting the chosen models again: in the folds of repeated cross-validation, and without a column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.seeds import derive_seed
from automl_flow.evaluation.intervals import Comparison, Holdout, bootstrap_scores, compare
from automl_flow.evaluation.resampling import Array
from automl_flow.tasks.metrics import Metric
from automl_flow.tasks.splits import Fold

SMALL_TABLE_ROWS = 500  # rows in all, below which one holdout says little
WITHOUT = "without"


@dataclass(frozen=True)
class CrossValidation:
    """Scores of models that were refitted in every fold of all rows, training and holdout together.

    The models were chosen with most of these rows, so the scores are a little too good; what they show is how much a
    score depends on which rows are held out. They are not a confidence interval, because the folds share their rows.

    Attributes:
        scores: Score of all out-of-fold predictions, one per repeat.
        fold_scores: Score of every single fold; folds whose rows have no weight are left out.
        folds: Folds of a repeat.
        rows: Rows in all.
    """

    scores: tuple[float, ...]
    fold_scores: tuple[float, ...]
    folds: int
    rows: int

    @property
    def mean(self) -> float:
        """Mean of the repeats."""
        return float(np.mean(self.scores))

    @property
    def range(self) -> tuple[float, float]:
        """Lowest and highest score of a repeat."""
        return min(self.scores), max(self.scores)

    @property
    def fold_range(self) -> tuple[float, float]:
        """Lowest and highest score of a single fold."""
        return min(self.fold_scores), max(self.fold_scores)


def cross_validate(
    all_rows: Holdout,
    folds: Sequence[Fold],
    predict: Callable[[NDArray[np.int64], NDArray[np.int64]], Array],
    metric: Metric,
    *,
    repeats: int,
) -> CrossValidation:
    """Score a recipe on folds that were drawn several times.

    Args:
        all_rows: Target and weights of all rows.
        folds: (training, validation) positions; the folds of one repeat stand together, and cover every row once.
        predict: Fits on the first positions and predicts the second: probabilities (n, k) or values (n,).
        metric: The task's metric.
        repeats: How often the folds were drawn.
    """
    count = len(folds) // repeats
    scores, fold_scores = [], []
    for repeat in range(repeats):
        own = folds[repeat * count : (repeat + 1) * count]
        predicted = [predict(fit, valid) for fit, valid in own]
        rows = np.concatenate([valid for _, valid in own])
        scores.append(all_rows.take(rows).score(metric, np.concatenate(predicted)))
        fold_scores += [
            scored.score(metric, prediction)
            for (_, valid), prediction in zip(own, predicted, strict=True)
            if (scored := all_rows.take(valid)).weight is None or scored.weight.any()
        ]
    return CrossValidation(tuple(scores), tuple(fold_scores), count, len(all_rows.y))


@dataclass(frozen=True)
class Refits:
    """What was fitted again after the search.

    Attributes:
        cross_validation: Repeated cross-validation over all rows, where these are few.
        reason: Why there is none although the rows are few, as a sentence.
        inputs: Sensitive columns that the model reads.
        without: Those of them that were left out: the models with the column against the models without it, both
            fitted on the training rows and evaluated on the holdout.
    """

    cross_validation: CrossValidation | None = None
    reason: str = ""
    inputs: tuple[str, ...] = ()
    without: Mapping[str, Comparison] = field(default_factory=dict)


NOTHING_REFITTED = Refits()


def compare_without(
    holdout: Holdout, metric: Metric, with_it: Array, without_it: Array, *, resamples: int, confidence: float, seed: int
) -> Comparison:
    """Compare models with a column and models without it, on the same resamples of the holdout.

    Args:
        holdout: The rows to score on.
        metric: The task's metric.
        with_it: Predictions of the models that have the column.
        without_it: Predictions of those that do not.
        resamples: Bootstrap resamples.
        confidence: Coverage of the interval.
        seed: Draws them.
    """
    predictions = {"with": with_it, WITHOUT: without_it}
    jobs = {name: (metric, prediction) for name, prediction in predictions.items()}
    draws = bootstrap_scores(holdout, jobs, resamples, derive_seed(seed, "without"))
    values = {name: holdout.score(metric, prediction) for name, prediction in predictions.items()}
    return compare("with", values, draws, metric, confidence=confidence, rows=len(holdout.y))[0]
