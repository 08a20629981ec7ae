"""Pipeline of feature engineering."""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from automl_flow.pipelines.feature_engineering import nodes
from automl_flow.tasks.spec import Modality


def create_pipeline(modality: Modality) -> Pipeline:
    """Return the stage for one task of *modality*; only tables have it."""
    if modality != "tabular":
        return Pipeline([])
    names = ("table", "split", "profile", "recipe")
    settings = {"task": "params:task", "config": "params:feature_engineering"}
    inputs = {**dict(zip(names, names, strict=True)), **settings}
    return Pipeline([Node(nodes.plan, inputs, "feature_plan", name="plan_features")])
