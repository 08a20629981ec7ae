"""Search models for a table and put the best together."""

from automl_flow.pipelines.model_search.pipeline import create_pipeline

__all__ = ["create_pipeline"]
