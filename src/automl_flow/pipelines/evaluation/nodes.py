"""Nodes that judge a model and write about it; the same for all kinds of data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.seeds import derive_seed
from automl_flow.evaluation import EvaluationConfig, baselines, evaluate
from automl_flow.evaluation.evaluation import Evaluation
from automl_flow.evaluation.refits import NOTHING_REFITTED, Refits
from automl_flow.evaluation.samples import Probe
from automl_flow.evaluation.searched import Judged
from automl_flow.pipelines.parts import Parts
from automl_flow.reports import ReportContent, leaderboard_table, plot_tables, render_report, trajectory_table
from automl_flow.reports.card import model_card
from automl_flow.tasks.metrics import pinball_level
from automl_flow.tasks.spec import TaskSpec

Document = dict[str, Any]
Array = NDArray[np.float64]
PLOTS = {
    "classification": ("roc", "precision_recall", "confusion", "calibration", "importance"),
    "regression": ("residuals", "importance"),
}


@dataclass(frozen=True)
class Contender:
    """The model that is judged, and what stands beside it.

    Attributes:
        model: The model.
        parts: The task's rows, divided.
        others: Further models whose holdout predictions are shown, by name.
        searched: The predictions by which the searches chose the model.
        roles: Role of every column of a table.
        refits: What fitting the chosen models again has shown.
    """

    model: Any
    parts: Parts
    others: dict[str, Any]
    searched: Judged | None
    roles: Mapping[str, str] = field(default_factory=dict)
    refits: Refits = NOTHING_REFITTED


def judge(contender: Contender, task: TaskSpec, config: EvaluationConfig) -> Evaluation:
    """What the holdout says about the model, its parts and the baselines."""
    train, holdout, seed = contender.parts.train, contender.parts.holdout, derive_seed(0, "evaluation", task.name)
    models = {"model": contender.model, **contender.others}
    predictions = {name: outputs(model, holdout.x) for name, model in models.items()}
    level = pinball_level(task.metric_name)
    simple = baselines(train.x, train.target, holdout.x, weight=train.weight, quantile=level, seed=seed)
    return evaluate(
        task,
        train.target,
        holdout.target,
        predictions | simple,
        contender.searched,
        config=config,
        seed=seed,
        weight=holdout.weight,
        probe=Probe(holdout.x, lambda rows: outputs(contender.model, rows), contender.roles),
        refits=contender.refits,
    )


def outputs(model: Any, x: Any) -> Array:
    """Probabilities (n, k) of a classifier, values (n,) of a regression."""
    return np.asarray(model.predict(x) if model.classes is None else model.predict_proba(x), dtype=np.float64)


def flat(predictions: Array, task: TaskSpec) -> Array:
    """Values as (n,) in regression, probabilities as they are."""
    return predictions[:, 0] if task.problem == "regression" else predictions


def tabulate(verdict: Evaluation) -> tuple[Document | pd.DataFrame, ...]:
    """The numbers that a team compares between versions, and a table for each plot."""
    tables = plot_tables(verdict)
    names = PLOTS["regression" if verdict.problem == "regression" else "classification"]
    empty = pd.DataFrame(columns=["feature", "loss", "deviation"])  # where importance was not asked for
    return (verdict.to_metrics(), *(tables.get(name, empty) for name in names))


def write(content: ReportContent) -> tuple[str, str, pd.DataFrame, pd.DataFrame]:
    """The report, the model card, the leaderboard, and how the searches went."""
    leaderboard = leaderboard_table(content.leaderboard)
    return render_report(content), model_card(content), leaderboard, trajectory_table(content.trajectories)
