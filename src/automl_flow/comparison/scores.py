"""Metrics and slices of two versions, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from automl_flow.comparison.changes import Score
from automl_flow.comparison.results import TaskResults
from automl_flow.reports.formatting import number
from automl_flow.tasks.metrics import find_metric
from automl_flow.tasks.spec import TaskSpec

_LOWER = ("calibration_error",)


def task_metric(results: TaskResults) -> str:
    """Name of the metric that the task optimises; empty if its settings are unavailable."""
    section = results.params.get("task")
    if not isinstance(section, Mapping):
        return ""
    try:
        return TaskSpec(**{**section, "name": results.task}).metric_name
    except ValidationError:  # settings of another version of this code
        return str(section.get("metric") or "")


def compare_metrics(old: TaskResults, new: TaskResults, metric: str) -> tuple[Score, ...]:
    """All metrics of the holdout, the optimised one first, with its interval."""
    ours, theirs = old.metrics.get("holdout", {}), new.metrics.get("holdout", {})
    names = sorted({*ours, *theirs}, key=lambda name: (name != metric, name))
    found = []
    for name in names:
        score = _score(name, ours.get(name), theirs.get(name), name)
        if name == metric:
            score = replace(score, old_interval=_interval(old.metrics), new_interval=_interval(new.metrics))
        found.append(score)
    return tuple(found)


def compare_slices(old: TaskResults, new: TaskResults, metric: str) -> tuple[Score, ...]:
    """The optimised metric by group, where a version stores it, and how far the groups are apart."""
    found = [_score(n, a, b, metric) for n, a, b in _pairs(old.metrics, new.metrics, "groups")]
    for name, a, b in _pairs(old.metrics, new.metrics, "fairness"):
        gain = None if a is None or b is None else abs(a) - abs(b)
        found.append(Score(f"gap: {name}", a, b, gain))
    return tuple(found)


def say(headline: Score | None, metric: str) -> str:
    """One sentence on the optimised metric."""
    if headline is None or headline.old is None or headline.new is None:
        return "No score on both sides."
    told = f"{metric} {number(headline.old)} → {number(headline.new)}"
    if headline.gain is None or headline.gain == 0:
        return f"{told}: no change." if headline.gain == 0 else f"{told}."
    word = f"{number(abs(headline.gain))} {'better' if headline.gain > 0 else 'worse'}"
    if not headline.same_rows:
        return f"{told}: {word}, but on different rows, so the two cannot be compared."
    if headline.within:
        return f"{told}: {word}; each score lies in the interval of the other, so chance may explain it."
    return f"{told}: {word}; one of the scores lies outside the interval of the other."


def _pairs(old: Mapping[str, Any], new: Mapping[str, Any], key: str) -> list[tuple[str, float | None, float | None]]:
    ours, theirs = old.get(key, {}), new.get(key, {})
    return [(name, ours.get(name), theirs.get(name)) for name in sorted({*ours, *theirs})]


def _score(name: str, old: float | None, new: float | None, metric: str) -> Score:
    return Score(name, old, new, None if old is None or new is None else _gain(metric, old, new))


def _gain(metric: str, old: float, new: float) -> float | None:
    """By how much *new* is better than *old*; ``None`` for a metric that is not known here."""
    if metric in _LOWER:
        return old - new
    known = find_metric(metric)
    return None if known is None else known.to_loss(old) - known.to_loss(new)


def _interval(metrics: Mapping[str, Any]) -> tuple[float, float] | None:
    ends = metrics.get("interval")
    return (float(ends["low"]), float(ends["high"])) if ends else None
