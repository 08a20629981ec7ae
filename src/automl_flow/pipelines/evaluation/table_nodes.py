"""Nodes that put the model of a table together and evaluate it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from automl_flow.evaluation import EvaluationConfig
from automl_flow.evaluation.evaluation import Evaluation
from automl_flow.evaluation.refits import Refits
from automl_flow.evaluation.searched import ValidationPredictions
from automl_flow.features import FeaturePlan
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
from automl_flow.recipes import Recipe
from automl_flow.reports import LeaderboardRow, ReportData
from automl_flow.reports.data import SearchSummary, candidate_rows
from automl_flow.reports.networks import networks_table
from automl_flow.study.history import SearchHistory
from automl_flow.tabular.candidate import WeightedCandidates
from automl_flow.tabular.ensemble.blend import align, blend
from automl_flow.tabular.ensemble.model import TabularModel
from automl_flow.tasks.profile import Profile
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.subsets import Subset


@dataclass(frozen=True)
class CombinedModel:
    """A model made of an ensemble and a network.

    Attributes:
        model: The model.
        ensemble: The ensemble of model search.
        network: The network of architecture search.
        shares: Share of the ensemble and of the network in the model.
        scores: Out-of-fold score of the ensemble and of the network.
        validation: Out-of-fold predictions of the model.
    """

    model: TabularModel
    ensemble: TabularModel
    network: NetworkModel
    shares: tuple[float, float]
    scores: tuple[float, float]
    validation: ValidationPredictions


def combine(
    train: Subset,
    ensemble: TabularModel,
    network: NetworkModel,
    *,
    candidates: WeightedCandidates,
    oof: Arrays,
    nas_oof: Arrays,
    nas_trials: SearchHistory,
    task: TaskSpec,
) -> tuple[TabularModel, CombinedModel]:
    """Give the network the share of the model that its out-of-fold predictions earn.

    Args:
        train: The training rows.
        ensemble: The ensemble of model search.
        network: The network of architecture search.
        candidates: Candidates of model search, with their weights in the ensemble.
        oof: Their out-of-fold predictions (candidates, rows, k), and the rows' positions in *train*.
        nas_oof: Those of the network (rows, k); repeated folds predict a row more than once.
        nas_trials: Trials of architecture search.
        task: The task.
    """
    rows = oof["rows"]
    y, weight = train.target.values[rows], None if train.weight is None else train.weight[rows]
    of_ensemble = np.tensordot(np.asarray(candidates.weights), oof["predictions"].astype(np.float64), axes=1)
    of_network = align(nas_oof["rows"], nas_oof["predictions"], rows)
    blended = blend(ensemble, network, of_ensemble, of_network, y=y, weight=weight)
    metric = task.scorer(train.target.classes)
    ensemble_score, network_score = (
        metric.score(y, task.problem_type.for_metrics(p), weight) for p in (of_ensemble, of_network)
    )
    trials = len(candidates.candidates) + nas_trials.finished
    compared = task.problem_type.for_metrics(blended.oof)
    validation = ValidationPredictions(y, compared, weight, out_of_fold=True, trials=trials)
    scores = (ensemble_score, network_score)
    return blended.model, CombinedModel(blended.model, ensemble, network, blended.shares, scores, validation)


def evaluate_combined(
    combined: CombinedModel,
    train: Subset,
    holdout: Subset,
    *,
    profile: Profile,
    refits: Refits,
    task: TaskSpec,
    config: EvaluationConfig,
) -> Evaluated:
    """Evaluate the model next to the ensemble and the network that it was made of; see :func:`evaluate_models`.

    Args:
        combined: The model and its parts.
        train: The training rows.
        holdout: The rows to score on.
        profile: Roles of the columns; robustness adds noise to numeric ones.
        refits: Results of fitting the ensemble again.
        task: The task.
        config: Settings.
    """
    models = {"model": combined.model, "ensemble": combined.ensemble, "network": combined.network}
    roles = {column.name: column.role for column in profile.columns}
    return evaluate_models(
        models, combined.validation, train, holdout, roles=roles, refits=refits, task=task, config=config
    )


def describe_searches(
    trials: SearchHistory,
    candidates: WeightedCandidates,
    *,
    nas_trials: SearchHistory,
    architecture: SelectedArchitecture,
    network: NetworkModel,
    task: TaskSpec,
) -> tuple[SearchSummary, pd.DataFrame]:
    """Summarise both searches.

    Args:
        trials: Trials of model search.
        candidates: Its candidates.
        nas_trials: Trials of architecture search.
        architecture: The selected architecture.
        network: The network trained from it.
        task: The task.

    Returns:
        The summary for the report, and the networks of architecture search by size and score.
    """
    rows = candidate_rows(candidates, task)
    summary = summarize_searches(nas_trials, architecture, network, task, trials=trials, candidates=rows)
    return summary, networks_table(summary.network.tried)


def write_report(
    evaluation: Evaluation,
    findings: Findings,
    searches: SearchSummary,
    combined: CombinedModel,
    *,
    profile: Profile,
    recipe: Recipe,
    feature_plan: FeaturePlan,
    task: TaskSpec,
) -> Written:
    """Write the report of a table; see :func:`automl_flow.pipelines.evaluation.nodes.write`.

    Args:
        evaluation: Scores on the holdout.
        findings: The document of validation.
        searches: Summary of both searches.
        combined: The model and its parts, for the leaderboard.
        profile: Roles of the columns.
        recipe: Preprocessing steps.
        feature_plan: Features.
        task: The task.
    """
    rows = _leaderboard(evaluation, searches, combined)
    data = ReportData.of(task, evaluation, findings, searches, leaderboard=rows)
    return write(replace(data, profile=profile, recipe=recipe, plan=feature_plan))


def _leaderboard(
    evaluation: Evaluation, searches: SearchSummary, combined: CombinedModel
) -> tuple[LeaderboardRow, ...]:
    """The model, its parts, and the candidates that the ensemble was selected from."""
    holdout = {name: score[evaluation.metric] for name, score in evaluation.scores.items()}
    search_score = None if evaluation.search is None else evaluation.search.score
    (ensemble_share, network_share), (ensemble_score, network_score) = combined.shares, combined.scores
    network = replace(
        searches.architecture,
        search_score=network_score,
        holdout_score=holdout["network"],
        weight=network_share,
        level=1,
    )
    return (
        LeaderboardRow("model", "ensemble", search_score, holdout["model"], 1.0),
        network,
        LeaderboardRow("ensemble", "ensemble", ensemble_score, holdout["ensemble"], ensemble_share, level=1),
        *(replace(row, weight=ensemble_share * row.weight) for row in searches.candidates),
    )
