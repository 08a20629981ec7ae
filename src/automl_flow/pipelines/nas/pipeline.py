"""Pipeline of neural architecture search."""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from automl_flow.pipelines.nas import nodes
from automl_flow.tasks.spec import Modality

OUTPUTS = ["nas_trials", "architecture", "network", "nas_oof"]


def create_pipeline(modality: Modality) -> Pipeline:
    """Return the stage for one task of *modality*."""
    settings = {"task": "params:task", "config": "params:nas", "state": "nas_state"}
    if modality == "tabular":
        names = ("table", "split", "profile", "recipe", "feature_plan")
        inputs = {**dict(zip(names, names, strict=True)), **settings}
        return Pipeline([Node(nodes.search_table, inputs, OUTPUTS, name="search_table")])
    inputs = {"data": "arrays", "split": "split", **settings}
    return Pipeline([Node(nodes.search_samples, inputs, OUTPUTS, name="search_samples")])
