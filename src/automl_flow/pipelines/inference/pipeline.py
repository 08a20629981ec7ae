"""Pipeline of inference."""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from automl_flow.pipelines.inference import nodes
from automl_flow.tasks.spec import TaskSpec


def create_pipeline(task: TaskSpec) -> Pipeline:
    """Return the stage of *task*."""
    predict = nodes.predict_table if task.modality == "tabular" else nodes.predict_samples
    return Pipeline([Node(predict, ["new_rows", "model", "params:task"], "predictions", name="predict_new_rows")])
