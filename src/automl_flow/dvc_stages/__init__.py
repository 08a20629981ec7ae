"""DVC integration: ``dvc.yaml`` is generated from the Kedro project, so that one graph runs under both tools."""

from automl_flow.dvc_stages.document import build_document, render_document
from automl_flow.dvc_stages.view import BASE, ProjectView, stages_file, view_project

__all__ = ["BASE", "ProjectView", "build_document", "render_document", "stages_file", "view_project"]
