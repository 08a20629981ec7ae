"""Pairs of values from both versions, as shown on the page."""

from __future__ import annotations

from dataclasses import dataclass

from automl_flow.comparison.drawings import ChangePlot


@dataclass(frozen=True)
class Pair:
    """The same thing in both versions; ``None`` where a version lacks it.

    Attributes:
        name: What it is.
        old: The value of the first version, as text.
        new: The value of the second.
        change: Description of the change; empty if there is nothing to say.
        tone: ``good``, ``bad`` or empty: whether the change is an improvement.
    """

    name: str
    old: str | None
    new: str | None
    change: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Score:
    """A number in both versions.

    Attributes:
        name: Metric, or slice.
        old: The first version's number.
        new: The second's.
        gain: How much better the second is, in the metric's direction; ``None`` where that is unknown.
        old_interval: Lower and upper end, where an interval is stored.
        new_interval: The same of the second.
        same_rows: Whether both were measured on the same rows; else nothing is decided.
    """

    name: str
    old: float | None
    new: float | None
    gain: float | None = None
    old_interval: tuple[float, float] | None = None
    new_interval: tuple[float, float] | None = None
    same_rows: bool = True

    @property
    def tone(self) -> str:
        """``good`` or ``bad`` where the difference is decided: both intervals are known, and exclude chance."""
        if not self.gain or not self.same_rows or self.within or None in (self.old_interval, self.new_interval):
            return ""
        return "good" if self.gain > 0 else "bad"

    @property
    def word(self) -> str:
        """``better`` or ``worse`` where the direction of the metric is known, whether chance may explain it or not."""
        return "" if not self.gain else "better" if self.gain > 0 else "worse"

    @property
    def difference(self) -> float | None:
        """New minus old."""
        return None if self.old is None or self.new is None else self.new - self.old

    @property
    def within(self) -> bool:
        """Whether each version's number lies in the interval of the other, so that chance may explain it."""
        if self.old is None or self.new is None or self.old_interval is None or self.new_interval is None:
            return False
        inside = self.old_interval[0] <= self.new <= self.old_interval[1]
        return inside and self.new_interval[0] <= self.old <= self.new_interval[1]


@dataclass(frozen=True)
class TaskChange:
    """All that changed for one task.

    Attributes:
        task: Its name.
        same: Whether all that its stages read and made was compared and is identical.
        headline: The optimised metric on the holdout.
        metric: Name of that metric.
        verdict: One sentence on the headline, or that all is the same.
        reasons: Sentences on why a different model won, or the same.
        metrics: All metrics of the holdout.
        slices: The optimised metric by group.
        data: Files from outside, and rows.
        params: Settings that differ.
        searches: Trials, failures, best score, and families of each search.
        leaderboard: Members of the leaderboard by name, with score and weight.
        stages: Stages and what of their inputs changed.
        drawings: Pictures of what differs.
        notes: What could not be compared, or has to be kept in mind.
    """

    task: str
    same: bool
    headline: Score | None = None
    metric: str = ""
    verdict: str = ""
    reasons: tuple[str, ...] = ()
    metrics: tuple[Score, ...] = ()
    slices: tuple[Score, ...] = ()
    data: tuple[Pair, ...] = ()
    params: tuple[Pair, ...] = ()
    searches: tuple[Pair, ...] = ()
    leaderboard: tuple[Pair, ...] = ()
    stages: tuple[Pair, ...] = ()
    drawings: tuple[ChangePlot, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RevisionComparison:
    """Two versions of the project.

    Attributes:
        old: Title of the first.
        new: Title of the second.
        old_subject: What the first is, in a line.
        new_subject: The same of the second.
        tasks: All tasks of both, in alphabetical order.
        notes: What concerns all tasks.
    """

    old: str
    new: str
    old_subject: str
    new_subject: str
    tasks: tuple[TaskChange, ...]
    notes: tuple[str, ...] = ()
