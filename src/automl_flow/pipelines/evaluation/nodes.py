"""Evaluating a model and writing about it: the part that all kinds of data share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.seeds import derive_seed
from automl_flow.evaluation import EvaluationConfig, baselines, evaluate
from automl_flow.evaluation.evaluation import Evaluation
from automl_flow.evaluation.refits import Refits
from automl_flow.evaluation.samples import Probe
from automl_flow.evaluation.searched import ValidationPredictions
from automl_flow.nas.network.model import NetworkModel
from automl_flow.nas.search.result import SelectedArchitecture
from automl_flow.reports import (
    LeaderboardRow,
    ReportData,
    leaderboard_table,
    model_card,
    plot_tables,
    render_report,
    trajectory_table,
)
from automl_flow.reports.data import SearchSummary
from automl_flow.reports.networks import network_section
from automl_flow.reports.searches import ARCHITECTURE_SEARCH, MODEL_SEARCH, NETWORK, describe_search, notes_of
from automl_flow.study.history import SearchHistory
from automl_flow.tabular.ensemble.model import TabularModel
from automl_flow.tasks.metrics import pinball_level
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.subsets import Subset

Array = NDArray[np.float64]
Arrays = dict[str, NDArray[Any]]
Findings = dict[str, Any]
Evaluated = tuple[Evaluation | dict[str, Any] | pd.DataFrame, ...]
Written = tuple[str, str, pd.DataFrame, pd.DataFrame]
PLOTS = {
    "classification": ("roc", "precision_recall", "confusion", "calibration", "importance"),
    "regression": ("residuals", "importance"),
    "several": ("importance",),
}


def evaluate_models(
    models: Mapping[str, Any],
    validation: ValidationPredictions,
    train: Subset,
    holdout: Subset,
    *,
    roles: Mapping[str, str],
    refits: Refits,
    task: TaskSpec,
    config: EvaluationConfig,
) -> Evaluated:
    """Evaluate a model on the holdout, next to the models that it was made of and to baselines.

    Args:
        models: The model as ``"model"``, and others whose holdout predictions are shown, by name.
        validation: The predictions by which the searches chose the model.
        train: The training rows, for the baselines.
        holdout: The rows to score on.
        roles: Role of every column of a table.
        refits: What fitting the chosen models again has shown.
        task: The task.
        config: Settings.

    Returns:
        The evaluation, the numbers that a team compares between versions, and a table for each of ``PLOTS``.
    """
    seed = derive_seed(0, "evaluation", task.name)
    predictions = {name: outputs(model, holdout.x) for name, model in models.items()}
    level = pinball_level(task.metric_name)
    simple = baselines(train.x, train.target, holdout.x, weight=train.weight, quantile=level, seed=seed)
    evaluation = evaluate(
        task,
        train.target,
        holdout.target,
        predictions | simple,
        validation,
        config=config,
        seed=seed,
        weight=holdout.weight,
        probe=Probe(holdout.x, lambda rows: outputs(models["model"], rows), roles),
        refits=refits,
    )
    tables = plot_tables(evaluation)
    names = plot_names(task)
    empty = pd.DataFrame(columns=["feature", "loss", "deviation"])  # where importance was not asked for
    return (evaluation, evaluation.to_metrics(), *(tables.get(name, empty) for name in names))


def plot_names(task: TaskSpec) -> tuple[str, ...]:
    """Names of the plots that evaluations of *task* have, each a dataset."""
    if task.problem_type.multiple_targets:
        return PLOTS["several"]
    return PLOTS["classification" if task.problem_type.has_classes else "regression"]


def outputs(model: TabularModel | NetworkModel, x: Any) -> Array:
    """Probabilities (n, k), or values (n,); values of k targets (n, k)."""
    predict = model.predict_proba if model.problem_type.has_probabilities else model.predict
    return np.asarray(predict(x), dtype=np.float64)


def summarize_searches(
    nas_trials: SearchHistory,
    architecture: SelectedArchitecture,
    network: NetworkModel,
    task: TaskSpec,
    *,
    trials: SearchHistory | None = None,
    candidates: tuple[LeaderboardRow, ...] = (),
) -> SearchSummary:
    """Put together what the report shows of the searches.

    Args:
        nas_trials: Trials of architecture search.
        architecture: The selected architecture.
        network: The network trained from it.
        task: The task.
        trials: Trials of model search, which only tables have.
        candidates: Rows of its candidates.
    """
    searches = {} if trials is None else {MODEL_SEARCH: trials}
    searches[ARCHITECTURE_SEARCH] = nas_trials
    return SearchSummary(
        trajectories=tuple(describe_search(title, history, task) for title, history in searches.items()),
        notes=notes_of(searches),
        network=network_section(network, architecture, nas_trials, task),
        architecture=LeaderboardRow(NETWORK, "network", trial=architecture.trial, params=architecture.params),
        candidates=candidates,
    )


def write(data: ReportData) -> Written:
    """The report, the model card, the leaderboard, and how the searches went."""
    leaderboard = leaderboard_table(data.leaderboard)
    return render_report(data), model_card(data), leaderboard, trajectory_table(data.trajectories)
