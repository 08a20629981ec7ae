"""What changed between two versions of the project: data, settings, searches, models and scores, on one page."""

from automl_flow.comparison.compare import compare_revisions, render_comparison
from automl_flow.comparison.revision import Revision, open_revision

__all__ = ["Revision", "compare_revisions", "open_revision", "render_comparison"]
