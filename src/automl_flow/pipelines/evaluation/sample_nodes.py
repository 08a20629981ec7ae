"""Nodes that evaluate the network of images or sequences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from automl_flow.evaluation import EvaluationConfig
from automl_flow.evaluation.evaluation import Evaluation
from automl_flow.evaluation.refits import SMALL_TABLE_ROWS, Refits
from automl_flow.evaluation.searched import ValidationPredictions
from automl_flow.nas.network.model import NetworkModel
from automl_flow.nas.search.result import SelectedArchitecture
from automl_flow.pipelines.evaluation.nodes import (
    Arrays,
    Evaluated,
    Findings,
    Written,
    evaluate_models,
    summarize_searches,
    write,
)
from automl_flow.reports import ReportData
from automl_flow.reports.data import SearchSummary
from automl_flow.reports.networks import networks_table
from automl_flow.study.history import SearchHistory
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.subsets import Subset

_NO_CROSS_VALIDATION = (
    "There is no repeated cross-validation: the network would have to be retrained in every fold, which takes several "
    "times as long as its final training."
)


def keep_network(network: NetworkModel) -> NetworkModel:
    """The model is the network that the search found."""
    return network


def evaluate_network(
    model: NetworkModel,
    train: Subset,
    holdout: Subset,
    *,
    nas_trials: SearchHistory,
    nas_oof: Arrays,
    task: TaskSpec,
    config: EvaluationConfig,
) -> Evaluated:
    """Evaluate the network; see :func:`evaluate_models`.

    Args:
        model: The network.
        train: The training samples.
        holdout: The samples to score on.
        nas_trials: Trials of the search.
        nas_oof: Predictions of the winner's trial, and the positions of their samples in *train*.
        task: The task.
        config: Settings.
    """
    small = len(train) + len(holdout) < SMALL_TABLE_ROWS
    refits = Refits(reason=_NO_CROSS_VALIDATION if small else "")
    validation = validation_predictions(train, nas_trials, nas_oof, task)
    return evaluate_models(
        {"model": model}, validation, train, holdout, roles={}, refits=refits, task=task, config=config
    )


def validation_predictions(
    train: Subset, nas_trials: SearchHistory, nas_oof: Arrays, task: TaskSpec
) -> ValidationPredictions:
    """The predictions by which the search chose the network.

    The winner's trial predicted a part of the training samples that was held back, or, where these are few, all of
    them in turn.
    """
    rows, y = nas_oof["rows"], train.target.values
    predictions = task.problem_type.for_metrics(nas_oof["predictions"].astype(np.float64))
    in_turn = len(np.unique(rows)) == len(y)
    return ValidationPredictions(y[rows], predictions, None, out_of_fold=in_turn, trials=nas_trials.finished)


def describe_search(
    nas_trials: SearchHistory, architecture: SelectedArchitecture, network: NetworkModel, task: TaskSpec
) -> tuple[SearchSummary, pd.DataFrame]:
    """Summarise the search for the report, and tabulate its networks by size and score."""
    summary = summarize_searches(nas_trials, architecture, network, task)
    return summary, networks_table(summary.network.tried)


def write_report(evaluation: Evaluation, findings: Findings, searches: SearchSummary, task: TaskSpec) -> Written:
    """Write the report of images or sequences; see :func:`automl_flow.pipelines.evaluation.nodes.write`."""
    search = evaluation.search
    row = replace(
        searches.architecture,
        search_score=None if search is None else search.score,
        holdout_score=evaluation.headline.value,
        weight=1.0,
    )
    return write(ReportData.of(task, evaluation, findings, searches, leaderboard=(row,)))
