"""Decide the split once, describe the columns, and propose how each is prepared. Nothing is fitted here."""

from automl_flow.pipelines.preprocessing.pipeline import create_pipeline

__all__ = ["create_pipeline"]
