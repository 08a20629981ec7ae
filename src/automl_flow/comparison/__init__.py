"""What changed between two versions of the project: data, settings, searches, models and scores, on one page."""

from automl_flow.comparison.gather import compare_revisions
from automl_flow.comparison.page import render_comparison
from automl_flow.comparison.revision import Revision, open_revision

__all__ = ["Revision", "compare_revisions", "open_revision", "render_comparison"]
