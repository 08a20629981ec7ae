"""Predict new rows with the saved model."""

from automl_flow.pipelines.inference.pipeline import create_pipeline

__all__ = ["create_pipeline"]
