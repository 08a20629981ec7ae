"""Two versions of the project compared, and the comparison as one page that needs nothing but a browser."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from automl_flow.comparison.changes import Pair, RevisionComparison, TaskChange
from automl_flow.comparison.drawings import draw_changes
from automl_flow.comparison.reasons import OTHER_MACHINE, reasons, same_rows
from automl_flow.comparison.results import LeaderboardEntry, TaskResults, kind_of
from automl_flow.comparison.revision import Revision
from automl_flow.comparison.scores import compare_metrics, compare_slices, say, task_metric
from automl_flow.core.documents import reading
from automl_flow.core.errors import shown
from automl_flow.dvc_stages.lock import LockedStage
from automl_flow.reports.formatting import number
from automl_flow.reports.page import environment

if TYPE_CHECKING:
    from jinja2 import Environment

_HASH = 10  # characters of an MD5 that people read
_NAMED = 4  # changed files of a stage that are named


def compare_revisions(old: Revision, new: Revision) -> RevisionComparison:
    """Compare every task of two versions.

    Args:
        old: The version to start from.
        new: The version to compare with it.

    Raises:
        ArtifactError: A file of results is not what a stage writes.
    """
    tasks = sorted({name.rpartition("-")[0] for side in (old, new) for name in side.recorded})
    notes = [
        f"{side.title} has no dvc.lock, so nothing is known of its results." for side in (old, new) if not side.recorded
    ]
    found = []
    for task in tasks:
        with reading(f"results of {shown(task)}"):
            found.append(_compare_task(TaskResults(old, task), TaskResults(new, task)))
    return RevisionComparison(old.title, new.title, old.subject, new.subject, tuple(found), tuple(notes))


def _compare_task(old: TaskResults, new: TaskResults) -> TaskChange:
    metric = task_metric(new) or task_metric(old)
    comparable = same_rows(old, new)
    metrics = tuple(replace(score, same_rows=comparable) for score in compare_metrics(old, new, metric))
    headline = next((score for score in metrics if score.name == metric), None)
    stages = tuple(_stages(old, new))
    parts: dict[str, Any] = {
        "metrics": metrics,
        "reasons": tuple(reasons(old, new, metric)),
        "slices": compare_slices(old, new, metric),
        "data": tuple(_data(old, new)),
        "params": tuple(_params(old.params, new.params)),
        "searches": tuple(_searches(old, new)),
        "leaderboard": tuple(_leaderboard(old.leaderboard, new.leaderboard)),
        "stages": stages,
        "drawings": tuple(draw_changes(old, new, old.task)),
    }
    notes = tuple(_notes(old, new))  # last: by now all files have been asked for
    verdict = say(headline, metric)
    same = not stages and not old.absent and not new.absent
    if same:
        read = not (old.revision.commit and new.revision.commit)  # of two commits dvc.lock alone says what they made
        verdict = "Identical, byte for byte." if read else "Identical, by the hashes that dvc.lock records."
    return TaskChange(old.task, same, headline, metric, verdict, notes=notes, **parts)


def _data(old: TaskResults, new: TaskResults) -> Iterator[Pair]:
    for path in sorted({*old.data, *new.data}):
        a, b = old.data.get(path), new.data.get(path)
        yield Pair(path, a and a[:_HASH], b and b[:_HASH], "" if a == b else "changed")
    for name in dict.fromkeys([*old.rows, *new.rows]):
        before, after = old.rows.get(name), new.rows.get(name)
        change = f"{after - before:+,}" if before is not None and after is not None and before != after else ""
        yield Pair(f"rows: {name}", _count(before), _count(after), change)


def _params(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Pair]:
    """Settings that differ, by dotted name."""
    ours, theirs = dict(_flat(old)), dict(_flat(new))
    for name in sorted({*ours, *theirs}):
        if ours.get(name) != theirs.get(name):
            yield Pair(name, ours.get(name), theirs.get(name))


def _flat(value: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _flat(inner, f"{prefix}.{key}" if prefix else str(key))
    elif prefix:
        yield prefix, json.dumps(value, ensure_ascii=False)


def _searches(old: TaskResults, new: TaskResults) -> Iterator[Pair]:
    if not old.searches or not new.searches:  # one side is not to be had, which is said elsewhere
        return
    for search in dict.fromkeys([*old.searches, *new.searches]):
        a, b = (_summary(side.searches.get(search, ())) for side in (old, new))
        for name in dict.fromkeys([*a, *b]):
            yield Pair(f"{search}: {name}", a.get(name), b.get(name), "" if a.get(name) == b.get(name) else "changed")


def _summary(trials: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Counts and best score of a search, in words."""
    if not trials:
        return {}
    states = Counter(trial["state"] for trial in trials)
    best = [trial["best"] for trial in trials if trial["best"]]
    families = Counter(trial["label"] for trial in trials)
    return {
        "trials": ", ".join(f"{count} {state}" for state, count in sorted(states.items())),
        "best score": number(float(best[-1])) if best else "none",
        "tried": ", ".join(f"{name} × {count}" for name, count in sorted(families.items())),
    }


def _leaderboard(old: Sequence[LeaderboardEntry], new: Sequence[LeaderboardEntry]) -> Iterator[Pair]:
    """Members in the order of the second version, then those that are gone; none where a side is not to be had."""
    if not old or not new:
        return
    ours, theirs = ({_identity(member): member for member in side} for side in (old, new))
    for key in dict.fromkeys([*theirs, *ours]):
        a, b = ours.get(key), theirs.get(key)
        names = dict.fromkeys(member.name for member in (a, b) if member is not None)
        change = "new" if a is None else "gone" if b is None else "" if _told(a) == _told(b) else "changed"
        yield Pair(" → ".join(names), _told(a) if a else None, _told(b) if b else None, change)


def _identity(member: LeaderboardEntry) -> tuple[str, float | None]:
    """A candidate is the same under another trial number: its family, and its score to ten digits."""
    return (member.family, member.search_score) if member.kind == "candidate" else (member.name, None)


def _told(member: LeaderboardEntry) -> str:
    parts = [f"search {number(member.search_score)}"] if member.search_score is not None else []
    parts += [f"holdout {number(member.holdout_score)}"] if member.holdout_score is not None else []
    parts += [f"weight {member.weight:.0%}"] if member.weight else []
    return ", ".join(parts) or "no score"


def _stages(old: TaskResults, new: TaskResults) -> Iterator[Pair]:
    """Stages of which an input, a setting or an output has changed."""
    for name in dict.fromkeys([*new.stages, *old.stages]):
        a, b = old.stages.get(name), new.stages.get(name)
        if a is None or b is None:
            yield Pair(name, None, None, "new stage" if a is None else "gone")
            continue
        absent = {*old.absent, *new.absent}
        causes = _causes(a, b, {*old.inputs, *new.inputs}, absent)
        there = sorted({*a.outs, *b.outs} - absent)
        outs = [path for path in there if a.outs.get(path) != b.outs.get(path)]
        if causes or outs:
            made = (
                f"{len(outs)} of {len(there)} results differ" if outs else "the same results" if there else "not there"
            )
            yield Pair(name, None, made, "; ".join(causes) or f"none of its inputs; {OTHER_MACHINE}")


def _causes(old: LockedStage, new: LockedStage, outside: set[str], absent: set[str]) -> list[str]:
    """What a stage read that has changed, by kind."""
    found: dict[str, list[str]] = {}
    for path in sorted({*old.deps, *new.deps} - absent):
        if old.deps.get(path) != new.deps.get(path):
            found.setdefault(kind_of(path) if path in outside else "earlier stages", []).append(path)
    told = [f"{kind} ({_some(paths)})" for kind, paths in found.items()]
    ours, theirs = ({key: value for file in side.params.values() for key, value in file.items()} for side in (old, new))
    sections = [key.partition(".")[2] for key in sorted({*ours, *theirs}) if ours.get(key) != theirs.get(key)]
    return [*([f"parameters ({_some(sections)})"] if sections else []), *told]


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _notes(old: TaskResults, new: TaskResults) -> Iterator[str]:
    for side in (old, new):
        title = side.revision.title
        if not side.stages:
            yield f"{title} does not have this task."
        if side.missing:
            yield (
                f"Not compared, because DVC's cache on this machine lacks what {title} made, or holds a damaged copy: "
                f"{_some(side.missing)}. `dvc fetch --all-commits` fetches it where there is a remote."
            )
        if side.absent:
            yield (
                f"Not compared, because the folder does not have them: {_some(side.absent)}. `dvc checkout` puts back "
                "what DVC's cache has, `dvc repro` makes the rest."
            )
        if side.edited:
            yield (
                f"{title}: its {_some(side.edited)} settings differ from those that dvc.lock records with its results; "
                "run `dvc repro`."
            )
        if side.metrics and side.leaderboard and not side.metrics.get("groups") and side.metrics.get("fairness"):
            yield f"{title} stores no scores by group, only how far the groups are apart."


def _count(value: int | None) -> str | None:
    return None if value is None else f"{value:,}"


def render_comparison(comparison: RevisionComparison) -> str:
    """Render a comparison as one self-contained HTML page.

    It has no scripts and loads nothing; all texts that come from data are escaped; equal content gives equal bytes.
    """
    return _environment().get_template("comparison.html.j2").render(c=comparison)


@cache
def _environment() -> Environment:
    from jinja2 import ChoiceLoader, PackageLoader

    shared = environment()
    own = PackageLoader("automl_flow.comparison", "templates")
    return shared.overlay(loader=ChoiceLoader([loader for loader in (own, shared.loader) if loader is not None]))
