"""Nodes that put the model of a table together and gather what there is to say about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.evaluation.evaluation import Evaluation
from automl_flow.evaluation.refits import Refits
from automl_flow.evaluation.searched import Judged
from automl_flow.features import FeaturePlan
from automl_flow.nas.network.model import NetworkModel
from automl_flow.nas.search.result import SelectedArchitecture
from automl_flow.pipelines.evaluation.content import (
    ARCHITECTURE_SEARCH,
    candidate_rows,
    commands,
    network_row,
    network_section,
    notes_of,
    path_of,
    versions,
)
from automl_flow.pipelines.evaluation.nodes import Contender, flat
from automl_flow.pipelines.parts import cut_table
from automl_flow.recipes import Recipe
from automl_flow.reports import LeaderboardRow, ReportContent
from automl_flow.study.history import SearchHistory
from automl_flow.tabular.candidate import WeightedCandidates
from automl_flow.tabular.ensemble.blend import align, blend
from automl_flow.tabular.ensemble.model import TabularModel
from automl_flow.tasks.profile import Profile
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import Split

Document = dict[str, Any]
Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Searched:
    """Out-of-fold scores of the searches, and how much of the model comes from which.

    Attributes:
        ensemble: Score of the ensemble.
        network: Score of the network.
        model: Score of the model.
        judged: The predictions of the model.
        shares: Share of the ensemble and of the network in the model.
    """

    ensemble: float
    network: float
    model: float
    judged: Judged
    shares: tuple[float, float]


def combine(
    table: pd.DataFrame,
    split: Split,
    ensemble: TabularModel,
    network: NetworkModel,
    *,
    candidates: WeightedCandidates,
    oof: Arrays,
    nas_oof: Arrays,
    nas_trials: SearchHistory,
    task: TaskSpec,
) -> tuple[TabularModel, Searched]:
    """Give the network the share of the model that its out-of-fold predictions earn."""
    train, rows = cut_table(table, task, split).train, oof["rows"]
    y, weight = train.target.values[rows], None if train.weight is None else train.weight[rows]
    of_ensemble = np.tensordot(np.asarray(candidates.weights), oof["predictions"].astype(np.float64), axes=1)
    of_network = align(nas_oof["rows"], nas_oof["predictions"], rows)
    blended = blend(ensemble, network, of_ensemble, of_network, y=y, weight=weight)
    metric = task.scorer(train.target.classes)
    ensemble_score, network_score, score = (
        metric.score(y, flat(p, task), weight) for p in (of_ensemble, of_network, blended.oof)
    )
    trials = len(candidates.candidates) + nas_trials.finished
    judged = Judged(y, flat(blended.oof, task), weight, out_of_fold=True, trials=trials)
    return blended.model, Searched(ensemble_score, network_score, score, judged, blended.shares)


def enter(
    table: pd.DataFrame,
    split: Split,
    model: TabularModel,
    ensemble: TabularModel,
    network: NetworkModel,
    *,
    profile: Profile,
    searched: Searched,
    refits: Refits,
    task: TaskSpec,
) -> Contender:
    """The model beside the ensemble and the network that it was made of."""
    others = {"ensemble": ensemble, "network": network}
    roles = {column.name: column.role for column in profile.columns}
    return Contender(model, cut_table(table, task, split), others, searched.judged, roles, refits)


def gather(
    verdict: Evaluation,
    findings: Document,
    *,
    profile: Profile,
    recipe: Recipe,
    feature_plan: FeaturePlan,
    trials: SearchHistory,
    candidates: WeightedCandidates,
    nas_trials: SearchHistory,
    architecture: SelectedArchitecture,
    network: NetworkModel,
    searched: Searched,
    task: TaskSpec,
) -> ReportContent:
    """Everything that the report and the model card show."""
    scored = {name: score[verdict.metric] for name, score in verdict.scores.items()}
    ensemble_share, network_share = searched.shares
    rows = [
        LeaderboardRow("model", "ensemble", searched.model, scored["model"], 1.0),
        network_row(
            architecture,
            search_score=searched.network,
            holdout_score=scored["network"],
            share=network_share,
            level=1,
        ),
        LeaderboardRow("ensemble", "ensemble", searched.ensemble, scored["ensemble"], ensemble_share, level=1),
        *candidate_rows(candidates, task, ensemble_share),
    ]
    return ReportContent(
        task=task,
        evaluation=verdict,
        findings=findings,
        leaderboard=tuple(rows),
        trajectories=(path_of("model search", trials, task), path_of(ARCHITECTURE_SEARCH, nas_trials, task)),
        profile=profile,
        recipe=recipe,
        plan=feature_plan,
        network=network_section(network, architecture, nas_trials, task),
        commands=commands(task),
        versions=versions(),
        notes=notes_of(model_search=trials, architecture_search=nas_trials),
    )
