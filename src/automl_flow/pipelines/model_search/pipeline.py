"""Pipeline of model search."""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from automl_flow.pipelines.model_search import nodes
from automl_flow.tasks.spec import TaskSpec


def create_pipeline(task: TaskSpec) -> Pipeline:
    """Return the stage of *task*; only tables have it."""
    if task.modality != "tabular":
        return Pipeline([])
    problem = ["train", "split", "profile", "recipe", "feature_plan"]
    search = ["tabular_problem", "params:model_search", "search_state"]
    found = ["trials", "candidates", "oof", "ensemble"]
    return Pipeline(
        [
            Node(
                nodes.make_problem,
                {**dict(zip(problem, problem, strict=True)), "task": "params:task"},
                "tabular_problem",
                name="make_problem",
            ),
            Node(nodes.search, search, found, name="search_models"),
        ]
    )
