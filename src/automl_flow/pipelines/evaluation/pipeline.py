"""Pipeline of evaluation."""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from automl_flow.pipelines.evaluation import nodes, pareto, refit_nodes, sample_nodes, table_nodes
from automl_flow.tasks.spec import TaskSpec

WRITTEN = ["report", "model_card", "leaderboard", "trajectory"]


def create_pipeline(task: TaskSpec) -> Pipeline:
    """Return the stage of *task*."""
    plots = nodes.PLOTS["regression" if task.problem == "regression" else "classification"]
    own = _table_nodes() if task.modality == "tabular" else _sample_nodes()
    return Pipeline(
        [
            *own,
            Node(nodes.judge, ["contender", "params:task", "params:evaluation"], "verdict", name="judge_model"),
            Node(nodes.tabulate, "verdict", ["metrics", *plots], name="tabulate_verdict"),
            Node(nodes.write, "content", WRITTEN, name="write_report"),
            Node(pareto.tabulate_networks, ["nas_trials", "params:task"], "pareto", name="tabulate_networks"),
        ]
    )


def _table_nodes() -> list[Node]:
    found = ("candidates", "oof", "nas_oof")
    again = ("profile", "recipe", "feature_plan", "candidates")
    documents = ("findings", "profile", "recipe", "feature_plan", "trials", "candidates", "nas_trials", "architecture")
    return [
        Node(
            table_nodes.combine,
            _same("table", "split", "ensemble", "network", *found, "nas_trials", task="params:task"),
            ["model", "searched"],
            name="combine_model",
        ),
        Node(
            refit_nodes.fit_again,
            _same("table", "split", *again, "searched", task="params:task", config="params:evaluation"),
            "refits",
            name="fit_again",
        ),
        Node(
            table_nodes.enter,
            _same(
                *("table", "split", "model", "ensemble", "network", "profile", "searched", "refits"), task="params:task"
            ),
            "contender",
            name="enter_model",
        ),
        Node(
            table_nodes.gather,
            _same("verdict", *documents, "network", "searched", task="params:task"),
            "content",
            name="gather_content",
        ),
    ]


def _sample_nodes() -> list[Node]:
    return [
        Node(sample_nodes.keep, "network", "model", name="keep_network"),
        Node(
            sample_nodes.enter,
            _same("split", "model", "nas_trials", "nas_oof", data="arrays", task="params:task"),
            "contender",
            name="enter_model",
        ),
        Node(
            sample_nodes.gather,
            _same("verdict", "findings", "nas_trials", "architecture", "model", task="params:task"),
            "content",
            name="gather_content",
        ),
    ]


def _same(*names: str, **others: str) -> dict[str, str]:
    """Inputs of a node: arguments that are called as their dataset, and others."""
    return {**{name: name for name in names}, **others}
