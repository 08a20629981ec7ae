"""Nodes that enter the network of images or sequences and gather what there is to say about it."""

from __future__ import annotations

from typing import Any

from automl_flow.evaluation.evaluation import Evaluation
from automl_flow.nas.network import NetworkModel
from automl_flow.pipelines.evaluation.content import commands, network_section, notes_of, path_of, versions
from automl_flow.pipelines.evaluation.nodes import Contender
from automl_flow.pipelines.parts import cut_samples
from automl_flow.reports import LeaderboardRow, ReportContent
from automl_flow.tasks.arrays import ArrayData
from automl_flow.tasks.spec import TaskSpec

Document = dict[str, Any]


def keep(network: NetworkModel) -> NetworkModel:
    """The model is the network that the search found."""
    return network


def enter(
    data: ArrayData,
    split: Document,
    model: NetworkModel,
    nas_trials: Document,
    architecture: Document,
    *,
    task: TaskSpec,
) -> Contender:
    """The network, with what its search believes of it."""
    best = nas_trials["trials"][architecture["trial"]]
    return Contender(model, cut_samples(data, task, split), {}, best["values"][0])


def gather(
    verdict: Evaluation,
    findings: Document,
    *,
    nas_trials: Document,
    architecture: Document,
    model: NetworkModel,
    task: TaskSpec,
) -> ReportContent:
    """Everything that the report and the model card show."""
    score = verdict.scores["model"][verdict.metric]
    return ReportContent(
        task=task,
        evaluation=verdict,
        findings=findings,
        leaderboard=(LeaderboardRow("network", "network", verdict.search_score, score, 1.0),),
        trajectories=(path_of("architecture search", nas_trials, task),),
        network=network_section(model, architecture),
        commands=commands(task),
        versions=versions(),
        notes=notes_of(architecture_search=nas_trials),
    )
