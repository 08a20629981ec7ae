"""Pipeline of neural architecture search."""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from automl_flow.pipelines.nas import sample_nodes, table_nodes
from automl_flow.tasks.spec import TaskSpec

OUTPUTS = ["nas_trials", "architecture", "network", "nas_oof"]


def create_pipeline(task: TaskSpec) -> Pipeline:
    """Return the stage of *task*."""
    settings = {"task": "params:task", "config": "params:nas", "state": "nas_state"}
    if task.modality == "tabular":
        names = ("table", "split", "profile", "recipe", "feature_plan")
        inputs = {**dict(zip(names, names, strict=True)), **settings}
        return Pipeline([Node(table_nodes.search_table, inputs, OUTPUTS, name="search_table")])
    inputs = {"data": "arrays", "split": "split", **settings}
    return Pipeline([Node(sample_nodes.search_samples, inputs, OUTPUTS, name="search_samples")])
