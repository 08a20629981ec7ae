"""Pipeline of preprocessing."""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from automl_flow.pipelines.preprocessing import nodes
from automl_flow.tasks.spec import TaskSpec

SUBSETS = ["split", "train", "holdout"]


def create_pipeline(task: TaskSpec) -> Pipeline:
    """Return the stage of *task*."""
    if task.modality != "tabular":
        inputs = ["arrays", "params:task", "params:preprocessing"]
        return Pipeline([Node(nodes.split_samples, inputs, SUBSETS, name="split_samples")])
    return Pipeline(
        [
            Node(nodes.split_table, ["table", "params:task", "params:preprocessing"], SUBSETS, name="split_table"),
            Node(nodes.describe_columns, ["table", "params:task"], "profile", name="describe_columns"),
            Node(nodes.propose_steps, ["profile", "params:preprocessing"], "recipe", name="propose_steps"),
        ]
    )
