"""Let the raw data through a gate that everything else depends on."""

from automl_flow.pipelines.validation.pipeline import create_pipeline

__all__ = ["create_pipeline"]
