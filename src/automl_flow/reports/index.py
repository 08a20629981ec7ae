"""The index page over the reports of several tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from automl_flow.evaluation import LIGHTGBM, PRIOR
from automl_flow.evaluation.intervals import Interval, decided
from automl_flow.reports.page import template
from automl_flow.study.schedule import PhaseTime
from automl_flow.tasks.spec import TaskSpec


@dataclass(frozen=True)
class TaskSummary:
    """The headline of one task.

    Attributes:
        task: The task.
        headline: The model's score on the holdout.
        prior: Score of the constant baseline.
        lightgbm: Score of default LightGBM.
        search_score: Score by the search.
        rows: Rows of the holdout.
        report: Address of the task's report, relative to the index page.
        gain: How much better the model is than default LightGBM, with its interval; ``None`` where it is not known.
        links: Further pages and files of the task: what they are, and their addresses relative to the index page.
        timelines: Planned against spent seconds of each search in its last run, by the name of the search.
    """

    task: TaskSpec
    headline: Interval
    prior: float | None
    lightgbm: float | None
    search_score: float | None
    rows: int
    report: str
    gain: Interval | None = None
    links: tuple[tuple[str, str], ...] = ()
    timelines: Mapping[str, Sequence[PhaseTime]] = field(default_factory=dict)

    @property
    def better_than_lightgbm(self) -> bool | None:
        """Whether the model is better than default LightGBM, by the rule of the report.

        ``None`` where the difference is not decided, or the comparison is missing.
        """
        if self.gain is None or not decided(self.gain, self.rows):
            return None
        return self.gain.low > 0

    @property
    def direction(self) -> str:
        """Which way the metric is better."""
        return "higher is better" if self.task.scorer().greater_is_better else "lower is better"


def summarize(
    task: TaskSpec,
    metrics: Mapping[str, Any],
    report: str,
    links: Sequence[tuple[str, str]] = (),
    timelines: Mapping[str, Sequence[PhaseTime]] | None = None,
) -> TaskSummary:
    """Read a task's headline from its stored metrics.

    Args:
        task: The task.
        metrics: What ``Evaluation.to_metrics`` gave.
        report: Address of the task's report, relative to the index page.
        links: Further pages and files: what they are, and their addresses.
        timelines: Seconds of each search, by its name.
    """
    value = float(metrics["holdout"][task.metric_name])
    ends = metrics.get("interval", {})
    return TaskSummary(
        task=task,
        headline=Interval(value, float(ends.get("low", value)), float(ends.get("high", value))),
        prior=metrics.get("baselines", {}).get(PRIOR),
        lightgbm=metrics.get("baselines", {}).get(LIGHTGBM),
        search_score=metrics.get("search", {}).get("score"),
        rows=metrics.get("rows", {}).get("holdout", 0),
        report=report,
        gain=_gain(metrics.get("comparisons", {}).get(LIGHTGBM)),
        links=tuple(links),
        timelines=timelines or {},
    )


def _gain(stored: Mapping[str, float] | None) -> Interval | None:
    return None if stored is None else Interval(stored["gain"], stored["low"], stored["high"])


def render_index(summaries: Sequence[TaskSummary]) -> str:
    """Render one self-contained page with a line for every task, in the order given."""
    return template("index.html.j2").render(title="Tasks", summaries=summaries)
