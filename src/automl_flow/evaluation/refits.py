"""What fitting the chosen models again on other rows, or without a column, has shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from automl_flow.core.seeds import derive_seed
from automl_flow.evaluation.cross_validation import CrossValidation
from automl_flow.evaluation.intervals import Comparison, Holdout, bootstrap_scores, compare
from automl_flow.evaluation.resampling import Array
from automl_flow.tasks.metrics import Metric

WITHOUT = "without"


@dataclass(frozen=True)
class Refits:
    """What was fitted again after the search.

    Attributes:
        cross_validation: Repeated cross-validation over all rows, where these are few.
        reason: Why there is none although the rows are few, as a sentence.
        inputs: Sensitive columns that the model reads.
        without: Those of them that were left out: the models with the column against the models without it, both
            fitted on the training rows and judged on the holdout.
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
        holdout: The rows that judge.
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
