"""The index page over the reports of several tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from automl_flow.evaluation import LIGHTGBM, PRIOR
from automl_flow.evaluation.intervals import Interval
from automl_flow.reports.page import template
from automl_flow.tasks.metrics import metric_of
from automl_flow.tasks.spec import TaskSpec


@dataclass(frozen=True)
class TaskSummary:
    """The headline of one task.

    Attributes:
        task: The task.
        headline: The model's score on the holdout.
        prior: Score of the class frequencies, or of the mean.
        lightgbm: Score of LightGBM out of the box.
        search_score: What the search expected.
        rows: Rows of training and holdout together.
        report: Address of the task's report, relative to the index page.
    """

    task: TaskSpec
    headline: Interval
    prior: float | None
    lightgbm: float | None
    search_score: float | None
    rows: int
    report: str

    @property
    def better_than_lightgbm(self) -> bool | None:
        """Whether the model's score is better than that of LightGBM; ``None`` where it is missing or equal."""
        if self.lightgbm is None or self.lightgbm == self.headline.value:
            return None
        greater = metric_of(self.task).greater_is_better
        return (self.headline.value > self.lightgbm) == greater


def summarize(task: TaskSpec, metrics: Mapping[str, Any], report: str) -> TaskSummary:
    """Read a task's headline from its stored metrics.

    Args:
        task: The task.
        metrics: What ``Evaluation.to_metrics`` gave.
        report: Address of the task's report, relative to the index page.
    """
    value = float(metrics["holdout"][task.metric_name])
    ends = metrics.get("interval", {})
    return TaskSummary(
        task=task,
        headline=Interval(value, float(ends.get("low", value)), float(ends.get("high", value))),
        prior=metrics.get("baselines", {}).get(PRIOR),
        lightgbm=metrics.get("baselines", {}).get(LIGHTGBM),
        search_score=metrics.get("search", {}).get("score"),
        rows=sum(metrics.get("rows", {}).values()),
        report=report,
    )


def render_index(summaries: Sequence[TaskSummary]) -> str:
    """Render one self-contained page with a line for every task, in the order given."""
    return template("index.html.j2").render(title="Tasks", summaries=summaries)
