"""Pipeline of feature engineering."""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from automl_flow.pipelines.feature_engineering import nodes
from automl_flow.tasks.spec import TaskSpec


def create_pipeline(task: TaskSpec) -> Pipeline:
    """Return the stage of *task*; only tables have it."""
    if task.modality != "tabular":
        return Pipeline([])
    names = ("train", "split", "profile", "recipe")
    settings = {"task": "params:task", "config": "params:feature_engineering"}
    inputs = {**dict(zip(names, names, strict=True)), **settings}
    return Pipeline([Node(nodes.plan, inputs, "feature_plan", name="plan_features")])
