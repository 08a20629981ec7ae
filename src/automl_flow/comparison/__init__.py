"""Comparison of two versions of the project on one page: data, settings, searches, models and scores."""

from automl_flow.comparison.compare import compare_revisions, render_comparison
from automl_flow.comparison.revision import Revision, open_revision

__all__ = ["Revision", "compare_revisions", "open_revision", "render_comparison"]
