"""What the holdout says about a model, as one document."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from automl_flow.core.files import plain
from automl_flow.evaluation.classification import ClassificationDetail
from automl_flow.evaluation.fairness import Gap, Group
from automl_flow.evaluation.intervals import Comparison, Interval
from automl_flow.evaluation.probing import Disturbance, Importance
from automl_flow.evaluation.regression import RegressionDetail
from automl_flow.tasks.spec import Label, Problem

_DIGITS = 10  # stored; more would differ between machines


@dataclass(frozen=True)
class Evaluation:
    """The evaluation of one model on the untouched holdout.

    Attributes:
        task: Name of the task.
        problem: Kind of problem.
        metric: The metric that the search optimised.
        greater_is_better: Direction of that metric.
        confidence: Coverage of all intervals.
        classes: Classes in the order of the probabilities; ``None`` in regression.
        n_train: Training rows.
        n_holdout: Holdout rows.
        class_shares: Share of each class in the training rows and in the holdout; empty in regression.
        scores: For the model (``"model"``) and everything it is compared with: every metric that applies.
        intervals: For each of them, the interval of the task's metric.
        metric_intervals: For the model, the interval of every metric.
        search_score: What the search believed (out-of-fold), if it is known.
        optimism: How much better the search believed the model to be than the holdout says, in units of the
            metric; an interval above zero means that the search overfitted.
        comparisons: The model against the others, on the same resamples.
        classification: Pictures of a classifier.
        regression: Pictures of a regression.
        groups: Scores by group of the sensitive columns.
        gaps: Differences between these groups.
        importance: Importance of the features, the most important first.
        robustness: Scores on disturbed rows.
    """

    task: str
    problem: Problem
    metric: str
    greater_is_better: bool
    confidence: float
    classes: tuple[Label, ...] | None
    n_train: int
    n_holdout: int
    class_shares: tuple[tuple[float, float], ...]
    scores: dict[str, dict[str, float]]
    intervals: dict[str, Interval]
    metric_intervals: dict[str, Interval]
    search_score: float | None
    optimism: Interval | None
    comparisons: tuple[Comparison, ...]
    classification: ClassificationDetail | None
    regression: RegressionDetail | None
    groups: tuple[Group, ...]
    gaps: tuple[Gap, ...]
    importance: tuple[Importance, ...]
    robustness: tuple[Disturbance, ...]

    @property
    def headline(self) -> Interval:
        """The model's score on the holdout, by the task's metric."""
        return self.intervals["model"]

    def to_document(self) -> dict[str, Any]:
        """Return everything as JSON-able values, floats rounded to ten significant digits."""
        return dict(_rounded(plain(asdict(self))))

    def to_metrics(self) -> dict[str, Any]:
        """Return the few numbers that a team compares between versions: plain numbers under short keys."""
        headline = self.headline
        numbers: dict[str, Any] = {
            "holdout": self.scores["model"],
            "interval": {"low": headline.low, "high": headline.high},
            "baselines": {name: s[self.metric] for name, s in self.scores.items() if name.startswith("baseline_")},
            "rows": {"train": self.n_train, "holdout": self.n_holdout},
        }
        if self.search_score is not None and self.optimism is not None:
            numbers["search"] = {"score": self.search_score, "optimism": self.optimism.value}
        if self.classification is not None:
            numbers["holdout"] = {**numbers["holdout"], "calibration_error": self.classification.calibration_error}
        if self.groups:
            numbers["groups"] = {f"{group.column}.{group.value}": group.score for group in self.groups}
        if self.gaps:
            numbers["fairness"] = {f"{gap.column}.{gap.measure}": gap.difference for gap in self.gaps}
        return dict(_rounded(plain(numbers)))


def _rounded(value: Any) -> Any:
    """Round every float inside *value* to ``_DIGITS`` significant digits."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    if isinstance(value, float) and value and math.isfinite(value):
        return round(value, _DIGITS - 1 - math.floor(math.log10(abs(value))))
    return value
