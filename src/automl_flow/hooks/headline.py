"""What a run has found, in a line per task, and where to read more."""

from __future__ import annotations

import logging
from pathlib import Path

from kedro.io import CatalogProtocol
from kedro.pipeline import Node, Pipeline

from automl_flow.expectations import GateClosedError

logger = logging.getLogger("automl_flow")


def show_results(pipeline: Pipeline, catalog: CatalogProtocol) -> None:
    """Log the headline numbers of every task whose evaluation ran, and the path of its report."""
    for name in sorted(pipeline.all_outputs()):
        task, _, dataset = name.rpartition(".")
        if dataset == "report":
            logger.info("%s: %s", task, _shown(catalog, name))


def keep_findings(error: GateClosedError, node: Node, catalog: CatalogProtocol) -> None:
    """Save findings and data docs of a table that did not pass; the accepted table stays as it was."""
    for name in node.outputs:
        kind = name.rpartition(".")[2]
        if kind in ("findings", "data_docs"):
            catalog.save(name, error.findings if kind == "findings" else error.docs)
        if kind == "data_docs":
            logger.warning("What was found: %s", _shown(catalog, name))


def _shown(catalog: CatalogProtocol, name: str) -> Path:
    """Path of a dataset as a person in the current folder would type it."""
    path = Path(catalog.get(name).filepath)
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
