"""Nodes that enter the network of images or sequences and gather what there is to say about it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.evaluation.cross_validation import SMALL
from automl_flow.evaluation.evaluation import Evaluation
from automl_flow.evaluation.refits import Refits
from automl_flow.evaluation.searched import Judged
from automl_flow.nas.network.model import NetworkModel
from automl_flow.nas.search.result import SelectedArchitecture
from automl_flow.pipelines.evaluation.content import (
    ARCHITECTURE_SEARCH,
    commands,
    network_row,
    network_section,
    notes_of,
    path_of,
    versions,
)
from automl_flow.pipelines.evaluation.nodes import Contender, flat
from automl_flow.pipelines.parts import cut_samples
from automl_flow.reports import ReportContent
from automl_flow.study.history import SearchHistory
from automl_flow.tasks.arrays import ArrayData
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import Split

Document = dict[str, Any]
Arrays = dict[str, NDArray[Any]]
_NOT_AGAIN = (
    "There is no repeated cross-validation: the network would have to be trained anew in every fold, which would take "
    "several times as long as its final training."
)


def keep(network: NetworkModel) -> NetworkModel:
    """The model is the network that the search found."""
    return network


def enter(
    data: ArrayData,
    split: Split,
    model: NetworkModel,
    nas_trials: SearchHistory,
    nas_oof: Arrays,
    *,
    task: TaskSpec,
) -> Contender:
    """The network, with the predictions by which its search chose it.

    The winner's trial predicted a part of the training samples that was held back, or, where these are few, all of
    them in turn.
    """
    parts = cut_samples(data, task, split)
    train, rows = parts.train.target, nas_oof["rows"]
    predictions = nas_oof["predictions"].astype(np.float64)
    in_turn = len(np.unique(rows)) == len(train.values)
    judged = Judged(train.values[rows], flat(predictions, task), None, out_of_fold=in_turn, trials=nas_trials.finished)
    few = len(data.x) < SMALL
    return Contender(model, parts, {}, judged, refits=Refits(reason=_NOT_AGAIN if few else ""))


def gather(
    verdict: Evaluation,
    findings: Document,
    *,
    nas_trials: SearchHistory,
    architecture: SelectedArchitecture,
    model: NetworkModel,
    task: TaskSpec,
) -> ReportContent:
    """Everything that the report and the model card show."""
    row = network_row(
        architecture,
        search_score=None if verdict.search is None else verdict.search.score,
        holdout_score=verdict.scores["model"][verdict.metric],
        share=1.0,
        level=0,
    )
    return ReportContent(
        task=task,
        evaluation=verdict,
        findings=findings,
        leaderboard=(row,),
        trajectories=(path_of(ARCHITECTURE_SEARCH, nas_trials, task),),
        network=network_section(model, architecture, nas_trials, task),
        commands=commands(task),
        versions=versions(),
        notes=notes_of(architecture_search=nas_trials),
    )
