"""Pipeline of evaluation."""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from automl_flow.pipelines.evaluation import nodes, refit_nodes, sample_nodes, table_nodes
from automl_flow.tasks.spec import TaskSpec

WRITTEN = ["report", "model_card", "leaderboard", "trajectory"]


def create_pipeline(task: TaskSpec) -> Pipeline:
    """Return the stage of *task*."""
    evaluated = ["evaluation", "metrics", *nodes.plot_names(task)]
    return Pipeline(_table_nodes(evaluated) if task.modality == "tabular" else _sample_nodes(evaluated))


def _table_nodes(evaluated: list[str]) -> list[Node]:
    return [
        Node(
            table_nodes.combine,
            _inputs("train", "ensemble", "network", "candidates", "oof", "nas_oof", "nas_trials"),
            ["model", "combined"],
            name="combine_model",
        ),
        Node(
            refit_nodes.refit,
            _inputs("table", "split", "profile", "recipe", "feature_plan", "candidates", "combined", **_CONFIG),
            "refits",
            name="refit_ensemble",
        ),
        Node(
            table_nodes.evaluate_combined,
            _inputs("combined", "train", "holdout", "profile", "refits", **_CONFIG),
            evaluated,
            name="evaluate_model",
        ),
        Node(
            table_nodes.describe_searches,
            _inputs("trials", "candidates", "nas_trials", "architecture", "network"),
            ["searches", "pareto"],
            name="describe_searches",
        ),
        Node(
            table_nodes.write_report,
            _inputs("evaluation", "findings", "searches", "combined", "profile", "recipe", "feature_plan"),
            WRITTEN,
            name="write_report",
        ),
    ]


def _sample_nodes(evaluated: list[str]) -> list[Node]:
    return [
        Node(sample_nodes.keep_network, "network", "model", name="keep_network"),
        Node(
            sample_nodes.evaluate_network,
            _inputs("model", "train", "holdout", "nas_trials", "nas_oof", **_CONFIG),
            evaluated,
            name="evaluate_model",
        ),
        Node(
            sample_nodes.describe_search,
            _inputs("nas_trials", "architecture", "network"),
            ["searches", "pareto"],
            name="describe_searches",
        ),
        Node(sample_nodes.write_report, _inputs("evaluation", "findings", "searches"), WRITTEN, name="write_report"),
    ]


_CONFIG = {"config": "params:evaluation"}


def _inputs(*names: str, **others: str) -> dict[str, str]:
    """Inputs of a node: arguments that are called as their dataset, the task, and others."""
    return {**dict(zip(names, names, strict=True)), "task": "params:task", **others}
