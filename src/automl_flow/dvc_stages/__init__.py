"""``dvc.yaml`` is derived from Kedro's view of the project, so that there is one graph with two front doors."""

from automl_flow.dvc_stages.document import build_document, render_document
from automl_flow.dvc_stages.view import BASE, ProjectView, stages_file, view_project

__all__ = ["BASE", "ProjectView", "build_document", "render_document", "stages_file", "view_project"]
