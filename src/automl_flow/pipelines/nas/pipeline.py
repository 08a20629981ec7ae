"""Pipeline of neural architecture search."""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from automl_flow.pipelines.nas import nodes
from automl_flow.tasks.spec import TaskSpec


def create_pipeline(task: TaskSpec) -> Pipeline:
    """Return the stage of *task*."""
    search = ["nas_problem", "params:nas", "nas_state"]
    found = ["nas_trials", "architecture", "network", "nas_oof"]
    return Pipeline([_problem(task), Node(nodes.search, search, found, name="search_architecture")])


def _problem(task: TaskSpec) -> Node:
    if task.modality != "tabular":
        return Node(nodes.make_samples_problem, ["train", "params:task"], "nas_problem", name="make_nas_problem")
    names = ["train", "split", "profile", "recipe", "feature_plan"]
    inputs = {**dict(zip(names, names, strict=True)), "task": "params:task"}
    return Node(nodes.make_table_problem, inputs, "nas_problem", name="make_nas_problem")
