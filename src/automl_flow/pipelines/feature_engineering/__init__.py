"""Plan which features are worth making; they are made inside every fold."""

from automl_flow.pipelines.feature_engineering.pipeline import create_pipeline

__all__ = ["create_pipeline"]
