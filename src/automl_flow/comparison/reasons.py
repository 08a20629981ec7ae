"""Reasons why a different model won, as far as the stored results can tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from automl_flow.comparison.results import LeaderboardEntry, TaskResults, kind_of
from automl_flow.reports.formatting import number
from automl_flow.tasks.metrics import find_metric

OTHER_MACHINE = "another kind of processor, or another build of a library, gives other last digits"
_SEARCHES = ("model_search", "nas")
_BEFORE = ("task", "preprocessing", "feature_engineering", "validation")


def same_rows(old: TaskResults, new: TaskResults) -> bool:
    """Whether both versions were scored on the same rows, as far as is known: the same data, split alike."""
    ours, theirs = _outputs(old, "split.json"), _outputs(new, "split.json")
    counted = old.rows.keys() & new.rows.keys()
    same_split = ours == theirs or not ours or not theirs  # a folder may lack what dvc.lock records
    return old.data == new.data and same_split and all(old.rows[name] == new.rows[name] for name in counted)


def reasons(old: TaskResults, new: TaskResults, metric: str) -> Iterator[str]:
    """Sentences, the winner first, then what may have led to it."""
    before, after = _composition(old.leaderboard), _composition(new.leaderboard)
    if not old.leaderboard or not new.leaderboard:
        yield "One of the versions has no leaderboard that can be read, so the winners cannot be compared."
    elif before == after:
        yield f"The model is made of the same parts: {after}."
    else:
        yield f"The model changed from {before} to {after}."
        yield from _leader(old, new, metric)
    causes = list(_causes(old, new))
    yield from causes
    if not causes:
        differ = any(stage.outs != old.stages[name].outs for name, stage in new.stages.items() if name in old.stages)
        yield "None of its inputs changed" + (f": {OTHER_MACHINE}." if differ else ".")


def _composition(leaderboard: Sequence[LeaderboardEntry]) -> str:
    """The parts of the model with their weights."""
    parts = sorted((m for m in leaderboard if m.weight and m.kind != "ensemble"), key=lambda m: (-m.weight, m.name))
    return ", ".join(f"{member.weight:.0%} {member.name}" for member in parts) or "without parts"


def _leader(old: TaskResults, new: TaskResults, metric: str) -> Iterator[str]:
    """How the family with the largest weight did in both versions."""
    parts = [member for member in new.leaderboard if member.weight and member.kind != "ensemble"]
    if not parts:
        return
    leader = max(parts, key=lambda member: member.weight)
    family = leader.family
    tried, now = _best(old, family, metric), _best(new, family, metric)
    if now is None:
        return
    if tried is None:
        yield f"{family}, which leads now, was not tried before; its best trial scores {number(now)}."
    elif tried == now:
        yield f"The best trial of {family}, which leads now, scores {number(now)} as before; the others changed."
    else:
        better = "better" if _is_better(now, tried, metric) else "worse"
        yield f"The best trial of {family} leads now and scores {number(now)}, {better} than {number(tried)} before."


def _causes(old: TaskResults, new: TaskResults) -> Iterator[str]:
    if old.data != new.data:
        changed = [path for path in sorted({*old.data, *new.data}) if old.data.get(path) != new.data.get(path)]
        yield f"The data changed ({', '.join(changed)}); the scores are on different rows and cannot be compared."
    elif not same_rows(old, new):
        yield "The data are the same, but split differently; the scores are on different rows and cannot be compared."
    sections = [name for name in sorted({*old.params, *new.params}) if old.params.get(name) != new.params.get(name)]
    early = [name for name in sections if name in _BEFORE]
    if early:
        yield f"Settings upstream of the searches differ: {', '.join(early)}."
    if searched := [name for name in sections if name in _SEARCHES]:
        yield f"The search settings differ: {', '.join(searched)} (see below)."
    if "evaluation" in sections:
        yield "The evaluation settings differ; this affects the reported numbers, not the model."
    changed = [path for path in sorted({*old.inputs, *new.inputs}) if old.inputs.get(path) != new.inputs.get(path)]
    kinds = {kind for path in changed if (kind := kind_of(path)) != "data"}
    told = {"code": "the code of its stages", "settings": "catalog or rules", "libraries": "the versions of libraries"}
    if kinds:
        yield f"Also changed: {', '.join(told[kind] for kind in sorted(kinds))} (see the stages below)."


def _best(side: TaskResults, family: str, metric: str) -> float | None:
    """Best score of a family among the trials that ended well."""
    scores = [
        float(trial["score"])
        for trials in side.searches.values()
        for trial in trials
        if trial["label"] == family and trial["score"] and trial["state"] == "complete"
    ]
    if not scores:
        return None
    return max(scores) if _greater_is_better(metric) else min(scores)


def _is_better(now: float, before: float, metric: str) -> bool:
    return (now > before) == _greater_is_better(metric)


def _greater_is_better(metric: str) -> bool:
    known = find_metric(metric)
    return known is None or known.greater_is_better


def _outputs(side: TaskResults, name: str) -> list[str]:
    return [md5 for stage in side.stages.values() for path, md5 in stage.outs.items() if path.endswith(f"/{name}")]
