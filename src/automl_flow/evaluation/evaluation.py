"""The evaluation of a model on the holdout, as one document."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from automl_flow.core.files import plain
from automl_flow.evaluation.classification import ClassificationDetail
from automl_flow.evaluation.fairness import Gap, Group
from automl_flow.evaluation.importance import Importance
from automl_flow.evaluation.intervals import Comparison, Interval
from automl_flow.evaluation.refits import Refits
from automl_flow.evaluation.regression import RegressionDetail
from automl_flow.evaluation.robustness import Disturbance
from automl_flow.evaluation.searched import SearchScore
from automl_flow.tasks.types import Label, Problem

_DIGITS = 10  # stored; more would differ between machines


@dataclass(frozen=True)
class TargetScores:
    """Scores of one of several targets on the holdout.

    Attributes:
        name: Name of the target.
        mean: Its mean on the holdout; of a label, the share of the rows to which it applies.
        scores: Scores of the model's predictions of this target alone, by metric.
    """

    name: str
    mean: float
    scores: dict[str, float]


@dataclass(frozen=True)
class Evaluation:
    """The evaluation of one model on the holdout.

    Attributes:
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
        search: The score by which the search chose the model, against the holdout's; ``None`` where it is unknown.
        comparisons: The model against the others, on the same resamples.
        classification: Pictures of a classifier.
        regression: Pictures of a regression.
        targets: Scores of each of several targets; empty where there is one.
        refits: What fitting the chosen models again on other rows, or without a column, has shown.
        favourable: The outcome that is good for the person concerned; ``None`` where the task does not say it.
        smallest_group: Rows from which a group is evaluated.
        groups: Scores by group of the sensitive columns.
        gaps: Differences between these groups.
        importance: Importance of the features, the most important first.
        robustness: Scores on disturbed rows.
    """

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
    search: SearchScore | None
    comparisons: tuple[Comparison, ...]
    classification: ClassificationDetail | None
    regression: RegressionDetail | None
    targets: tuple[TargetScores, ...]
    refits: Refits
    favourable: Label | None
    smallest_group: int
    groups: tuple[Group, ...]
    gaps: tuple[Gap, ...]
    importance: tuple[Importance, ...]
    robustness: tuple[Disturbance, ...]

    @property
    def headline(self) -> Interval:
        """The model's score on the holdout, by the task's metric."""
        return self.intervals["model"]

    def to_metrics(self) -> dict[str, Any]:
        """Return the few numbers that a team compares between versions: plain numbers under short keys."""
        headline = self.headline
        numbers: dict[str, Any] = {
            "holdout": self.scores["model"],
            "interval": {"low": headline.low, "high": headline.high},
            "baselines": {name: s[self.metric] for name, s in self.scores.items() if name.startswith("baseline_")},
            "rows": {"train": self.n_train, "holdout": self.n_holdout},
        }
        if self.search is not None:
            gap = self.search.optimism
            numbers["search"] = {"score": self.search.score, "rows": self.search.rows, "optimism": gap.value}
            if self.search.varied:
                numbers["search"] |= {"optimism_low": gap.low, "optimism_high": gap.high}
        if (again := self.refits.cross_validation) is not None:
            low, high = again.range
            numbers["cross_validation"] = {"score": again.mean, "low": low, "high": high, "repeats": len(again.scores)}
        if self.classification is not None:
            numbers["holdout"] = {**numbers["holdout"], "calibration_error": self.classification.calibration_error}
        if self.targets:
            numbers["targets"] = {target.name: target.scores for target in self.targets}
        numbers["comparisons"] = {
            c.against: {"gain": c.gain.value, "low": c.gain.low, "high": c.gain.high} for c in self.comparisons
        }
        scored = [group for group in self.groups if group.score is not None]
        if scored:
            numbers["groups"] = {f"{g.column}.{g.value}": g.score.value for g in scored if g.score is not None}
        if self.refits.without:
            numbers["without"] = {name: c.gain.value for name, c in self.refits.without.items()}
        if self.gaps:
            numbers["fairness"] = {f"{gap.column}.{gap.measure}": gap.difference.value for gap in self.gaps}
        ratios = {f"{gap.column}.{gap.measure}": gap.ratio.value for gap in self.gaps if gap.ratio is not None}
        if ratios:
            numbers["ratios"] = ratios
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
