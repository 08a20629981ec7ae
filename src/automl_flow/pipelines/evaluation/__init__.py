"""Put the model together, judge it on rows that no search has seen, and write about it."""

from automl_flow.pipelines.evaluation.pipeline import create_pipeline

__all__ = ["create_pipeline"]
