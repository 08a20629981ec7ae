"""Report contents of every kind of task, small and quick."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from automl_flow.evaluation import EvaluationConfig, evaluate
from automl_flow.evaluation.intervals import Comparison, Interval
from automl_flow.evaluation.refits import CrossValidation, Refits
from automl_flow.evaluation.samples import Probe
from automl_flow.evaluation.searched import ValidationPredictions
from automl_flow.features.planning.plan import FeaturePlan, PlannedFeatures
from automl_flow.recipes.recipe import Recipe, RecipeStep
from automl_flow.reports import LeaderboardRow, NetworkDrawing, NetworkPoint, NetworkSection, ReportData, trajectory
from automl_flow.study.notes import Note
from automl_flow.study.trial import TrialRecord
from automl_flow.tasks.metrics import get_metric
from automl_flow.tasks.profile import profile_table
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.target import Target

EVIL = "<script>alert('1')</script>"
KINDS = ("binary", "multiclass", "regression", "image", "sequence")
N = 60


@cache
def content(kind: str, word: str = "plain") -> ReportData:
    """Contents of a task of *kind*, with *word* wherever users or data put text."""
    problem: Any = {"image": "multiclass", "sequence": "binary"}.get(kind, kind)
    modality: Any = kind if kind in ("image", "sequence") else "tabular"
    task = TaskSpec(
        name=word, target=word, problem=problem, modality=modality, sensitive=[f"group {word}"], about=f"About {word}."
    )
    tabular = modality == "tabular"
    table = _table(word)
    target, prediction = _prediction(problem, word)
    evaluation = evaluate(
        task,
        target,
        target,
        {"model": prediction, "baseline_prior": _prior(target), f"member {word}": prediction},
        ValidationPredictions(target.values, prediction, None, out_of_fold=tabular, trials=6),
        config=EvaluationConfig(bootstrap=50),
        seed=0,
        probe=Probe(
            table if tabular else np.zeros((N, 4, 4, 1) if kind == "image" else (N, 2, 5)),
            lambda rows: np.resize(prediction, (len(rows), *prediction.shape[1:])),
            {f"x {word}": "numeric", f"group {word}": "categorical"},
        ),
        refits=_refits(word) if tabular else Refits(reason=f"none {word}"),
    )
    records = [_record(i, word) for i in range(6)]
    metric = get_metric(task.metric_name, problem)
    return ReportData(
        task=task,
        evaluation=evaluation,
        findings=_findings(word),
        leaderboard=(
            LeaderboardRow(f"ensemble {word}", "ensemble", 0.7, 0.6, 1.0),
            LeaderboardRow("searched network", "network", 0.6, 0.6, 0.25, 1, 4, {"width": 8}),
            LeaderboardRow("parts", "ensemble", 0.6, 0.6, 0.75, 1),
            LeaderboardRow(f"member {word}", "candidate", 0.6, None, 0.5, 2, 3, {word: word}),
            LeaderboardRow(f"other {word}", "candidate", 0.6, None, 0.25, 2, 5, {"rate": 0.1}),
            LeaderboardRow("default", "baseline", None, 0.5),
        ),
        trajectories=(trajectory(f"Search {word}", records, metric, lambda record: f"{word} {record.number % 2}"),),
        profile=profile_table(table, task) if tabular else None,
        recipe=Recipe((RecipeStep("numbers", (f"x {word}",)),)) if tabular else None,
        plan=FeaturePlan(
            (PlannedFeatures("arithmetic", (f"x {word}",), {}, 0.1, True, f"pays {word}"),), (f"y {word}",)
        ),
        network=None
        if tabular
        else NetworkSection(
            (NetworkDrawing(f"<svg>{word}</svg>", word, 300),),
            (("1", word, "body.0", "input", "8", "72"),),
            72,
            2,
            (f"won {word}",),
            (NetworkPoint(0, 72, 0.7, 6, True), NetworkPoint(1, 99, 0.8, 6, True), NetworkPoint(2, 50, 0.9, 2, False)),
            1,
        ),
        commands=((f"kedro run --pipeline={word}", f"all of {word}"),),
        versions={"python": "3.11", word: "1"},
        notes=(Note(f"note {word}"), Note(f"warning {word}", serious=True)),
    )


def _record(number: int, word: str) -> TrialRecord:
    if number == 2:
        return TrialRecord(number, {word: 1}, None, "failed", "memory", f"too large {word}")
    return TrialRecord(number, {word: 1}, (1 - number / 10,), "complete")


def _refits(word: str) -> Refits:
    column = f"group {word}"
    without = {column: Comparison("without", Interval(0.02, -0.01, 0.05), 0.7, 60)}
    return Refits(CrossValidation((0.6, 0.64), (0.5, 0.7), 5, 2 * N), "", (column,), without)


def _table(word: str) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    groups = np.where(np.arange(N) % 2, f"m {word}", "f")
    return pd.DataFrame({f"x {word}": rng.normal(size=N), f"group {word}": groups})


def _prediction(problem: str, word: str) -> tuple[Target, np.ndarray[Any, Any]]:
    rng = np.random.default_rng(1)
    if problem == "regression":
        y = rng.normal(size=N)
        return Target(y, None), y + rng.normal(0, 0.3, N)
    classes = ("no", f"yes {word}") if problem == "binary" else ("a", "b", f"c {word}")
    y = rng.integers(0, len(classes), N)
    p = np.eye(len(classes))[y] + rng.random((N, len(classes)))
    return Target(y, classes), p / p.sum(axis=1, keepdims=True)


def _prior(target: Target) -> np.ndarray[Any, Any]:
    if target.classes is None:
        return np.zeros(N)
    return np.full((N, len(target.classes)), 1 / len(target.classes))


def _findings(word: str) -> dict[str, Any]:
    check = {
        "code": "few_rows",
        "level": "warning",
        "columns": [word],
        "message": f"saw {word}",
        "action": f"do {word}",
    }
    verdict = {
        "expectation": "expect_x",
        "columns": [word],
        "severity": "warning",
        "success": False,
        "seen": f"cell {word}",
        "action": "repair",
    }
    return {"rows": {"read": 70, "accepted": 60, "dropped": 10}, "checks": [check], "expectations": [verdict]}
