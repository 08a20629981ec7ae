"""Pipeline of validation."""

from __future__ import annotations

from kedro.pipeline import Node, Pipeline

from automl_flow.pipelines.validation import nodes
from automl_flow.tasks.spec import Modality


def create_pipeline(modality: Modality) -> Pipeline:
    """Return the stage for one task of *modality*."""
    inputs = ["raw", "expectations", "params:task", "params:validation"]
    if modality == "tabular":
        return Pipeline([Node(nodes.accept_table, inputs, ["table", "findings", "data_docs"], name="accept_table")])
    return Pipeline([Node(nodes.accept_samples, inputs, ["arrays", "findings", "data_docs"], name="accept_samples")])
