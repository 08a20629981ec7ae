"""Kedro hooks: settings are checked and the plan is logged before a run, results are logged after it."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol
from kedro.pipeline import Node, Pipeline

from automl_flow.dvc_stages import BASE
from automl_flow.expectations import GateClosedError
from automl_flow.hooks.catalog import refuse_links, refuse_unsafe, require_inputs
from automl_flow.hooks.headline import constant_models, keep_findings, show_results
from automl_flow.hooks.parameters import refuse_untracked, settle_parameters
from automl_flow.hooks.plan import show_plan
from automl_flow.hooks.tracked import TrackedRun, end_with_parent

logger = logging.getLogger("automl_flow")


class ProjectHooks:
    """Kedro calls these methods; each delegates to the module that does the work.

    Attributes:
        constant: Tasks of the last run whose model is a constant, because nothing was found.
    """

    def __init__(self) -> None:
        """Start without a project."""
        self._context: KedroContext | None = None
        self._tracked: TrackedRun | None = None
        self.constant: list[str] = []

    @hook_impl  # type: ignore[untyped-decorator]  # mypy is told to skip Kedro
    def after_context_created(self, context: KedroContext) -> None:
        """Check every task's settings, and refuse what a stage run by DVC could not track."""
        self._context = context
        refuse_untracked(context)
        settle_parameters(context)

    @hook_impl  # type: ignore[untyped-decorator]  # mypy is told to skip Kedro
    def after_catalog_created(self, catalog: CatalogProtocol, conf_catalog: dict[str, Any]) -> None:  # noqa: ARG002
        """Refuse datasets that run code when loaded, or that lie outside the project."""
        if self._context is not None:
            refuse_unsafe(conf_catalog, Path(self._context.project_path))

    @hook_impl  # type: ignore[untyped-decorator]  # mypy is told to skip Kedro
    def before_pipeline_run(self, pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Check that every input exists, then log what will run and how long it may take."""
        if self._context is not None:
            refuse_links(pipeline, catalog, Path(self._context.project_path))
        require_inputs(pipeline, catalog)
        stage = os.environ.get("DVC_STAGE")
        if stage and self._context is not None:
            end_with_parent()
            self._tracked = TrackedRun(self._context.project_path, stage, self._context.env or BASE)
        show_plan(pipeline, catalog)

    @hook_impl  # type: ignore[untyped-decorator]  # mypy is told to skip Kedro
    def before_node_run(self, node: Node) -> None:
        """Log the step that begins."""
        logger.info("%s", node.name)

    @hook_impl  # type: ignore[untyped-decorator]  # mypy is told to skip Kedro
    def on_node_error(self, error: Exception, node: Node, catalog: CatalogProtocol) -> None:
        """Save the findings of a failed validation, so that there is a page to look at."""
        if isinstance(error, GateClosedError):
            keep_findings(error, node, catalog)

    @hook_impl  # type: ignore[untyped-decorator]  # mypy is told to skip Kedro
    def after_pipeline_run(self, pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Print the headline numbers and where the reports are."""
        if self._tracked is not None:
            self._tracked.check_unchanged()
        show_results(pipeline, catalog)
        self.constant = constant_models(pipeline, catalog)
