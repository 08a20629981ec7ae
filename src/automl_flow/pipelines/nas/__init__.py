"""Search a network architecture and train it."""

from automl_flow.pipelines.nas.pipeline import create_pipeline

__all__ = ["create_pipeline"]
