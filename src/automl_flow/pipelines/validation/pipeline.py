"""Pipeline of validation."""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from automl_flow.pipelines.validation import nodes
from automl_flow.tasks.spec import TaskSpec


def create_pipeline(task: TaskSpec) -> Pipeline:
    """Return the stage of *task*."""
    inputs = ["raw", "expectations", "params:task", "params:validation"]
    if task.modality == "tabular":
        return Pipeline([Node(nodes.accept_table, inputs, ["table", "findings", "data_docs"], name="accept_table")])
    return Pipeline([Node(nodes.accept_samples, inputs, ["arrays", "findings", "data_docs"], name="accept_samples")])
