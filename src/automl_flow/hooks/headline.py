"""Headline of an evaluated task: one line, and the path of its report."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kedro.io import CatalogProtocol
from kedro.pipeline import Node, Pipeline

from automl_flow.datasets.base import LocalDataset
from automl_flow.evaluation.intervals import Interval
from automl_flow.expectations import GateClosedError
from automl_flow.reports.formatting import number, spread
from automl_flow.tabular.candidate import BASELINE
from automl_flow.tasks.spec import TaskSpec

logger = logging.getLogger("automl_flow")

_BASELINES = {"baseline_lightgbm": "default LightGBM", "baseline_prior": "constant baseline"}
_ACCEPTED = ("table", "arrays")  # what validation hands on


@dataclass(frozen=True)
class Headline:
    """The few numbers of an evaluated task.

    Attributes:
        task: Name of the task.
        metric: The metric that its search optimised.
        score: Score on the holdout rows.
        interval: Lower and upper end of its interval.
        baselines: Scores of the baselines by their names for people.
        rows: Rows of the holdout.
        report: Path of the report, as a person in the current folder would type it.
    """

    task: str
    metric: str
    score: float
    interval: tuple[float, float]
    baselines: dict[str, float]
    rows: int
    report: Path

    def __str__(self) -> str:
        baselines = ", ".join(f"{name} {number(score)}" for name, score in self.baselines.items())
        between = spread(Interval(self.score, *self.interval))
        return f"{self.metric} {number(self.score)} ({between}) on {self.rows} holdout rows ({baselines})"


def read_headline(task: str, catalog: CatalogProtocol) -> Headline | None:
    """Return the headline of *task* from the catalog, or ``None`` where it has not been evaluated."""
    if not catalog.get(f"{task}.metrics").exists():
        return None
    spec: TaskSpec = catalog.load(f"params:{task}.task")
    metrics: dict[str, Any] = catalog.load(f"{task}.metrics")
    baselines = {told: metrics["baselines"][name] for name, told in _BASELINES.items() if name in metrics["baselines"]}
    interval = (metrics["interval"]["low"], metrics["interval"]["high"])
    score, rows = metrics["holdout"][spec.metric_name], metrics["rows"]["holdout"]
    return Headline(task, spec.metric_name, score, interval, baselines, rows, shown_path(catalog, f"{task}.report"))


def show_results(pipeline: Pipeline, catalog: CatalogProtocol) -> None:
    """Log the headline of every task whose evaluation ran, and the path of its report."""
    evaluated = sorted(name.rpartition(".")[0] for name in pipeline.all_outputs() if name.endswith(".metrics"))
    for task in evaluated:
        found = read_headline(task, catalog)
        if found is not None:
            logger.info("%s: %s", task, found)
            logger.info("  report: %s", found.report)


def constant_models(pipeline: Pipeline, catalog: CatalogProtocol) -> list[str]:
    """Tasks whose search has run and found nothing, so that a constant is their model, as their settings ask for."""
    searched = sorted(name.rpartition(".")[0] for name in pipeline.all_outputs() if name.endswith(".candidates"))
    return [task for task in searched if _is_constant(task, catalog)]


def _is_constant(task: str, catalog: CatalogProtocol) -> bool:
    if catalog.load(f"params:{task}.model_search").families == (BASELINE,):  # nothing else was asked for
        return False
    return {candidate.family for candidate in catalog.load(f"{task}.candidates").candidates} <= {BASELINE}


def keep_findings(error: GateClosedError, node: Node, catalog: CatalogProtocol) -> None:
    """Save findings and data docs of data that did not pass, and remove what an earlier run accepted.

    The accepted data next to them would come from other raw data, and a later stage run by itself would read them.
    """
    for name in node.outputs:
        kind = name.rpartition(".")[2]
        dataset = catalog.get(name)
        if kind in _ACCEPTED and isinstance(dataset, LocalDataset) and dataset.filepath.is_file():
            dataset.filepath.unlink()
            logger.warning("Removed, because it was made of data that passed before: %s", shown_path(catalog, name))
        if kind in ("findings", "data_docs"):
            catalog.save(name, error.findings if kind == "findings" else error.docs)
        if kind == "data_docs":
            logger.warning("What was found: %s", shown_path(catalog, name))


def shown_path(catalog: CatalogProtocol, name: str) -> Path:
    """Path of a dataset as a person in the current folder would type it."""
    path = Path(catalog.get(name).filepath)
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
