"""Pipeline of model search."""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from automl_flow.pipelines.model_search import nodes
from automl_flow.tasks.spec import TaskSpec


def create_pipeline(task: TaskSpec) -> Pipeline:
    """Return the stage of *task*; only tables have it."""
    if task.modality != "tabular":
        return Pipeline([])
    names = ("table", "split", "profile", "recipe", "feature_plan")
    posed = {**dict(zip(names, names, strict=True)), "task": "params:task"}
    outputs = ["trials", "candidates", "oof", "ensemble"]
    return Pipeline(
        [
            Node(nodes.pose, posed, "tabular_problem", name="pose_problem"),
            Node(
                nodes.search,
                ["tabular_problem", "params:model_search", "search_state"],
                outputs,
                name="search_models",
            ),
        ]
    )
