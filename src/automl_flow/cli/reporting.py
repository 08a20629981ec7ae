"""``kedro tasks`` and ``kedro report``: the tasks with their stages, and their scores."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from kedro.framework.cli.utils import env_option
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.framework.startup import ProjectMetadata
from kedro.io import CatalogProtocol

from automl_flow.cli.choices import require_environment
from automl_flow.cli.errors import report_errors
from automl_flow.core.files import write_text
from automl_flow.hooks.headline import read_headline
from automl_flow.reports.index import TaskSummary, render_index, summarize
from automl_flow.reports.searches import ARCHITECTURE_SEARCH, MODEL_SEARCH
from automl_flow.study.schedule import PhaseTime, read_timeline

_STATES = {MODEL_SEARCH: "search_state", ARCHITECTURE_SEARCH: "nas_state"}
_LINKED = {"model_card": "model card", "data_docs": "data checks", "predictions": "predictions"}


@click.command()
@env_option  # type: ignore[untyped-decorator]  # mypy is told to skip Kedro
@click.pass_obj
@report_errors
def tasks(metadata: ProjectMetadata, env: str) -> None:
    """List the tasks, their stages, and which of them have results."""
    with _catalog(metadata, env) as catalog:
        for task in _names():
            spec = catalog.load(f"params:{task}.task")
            click.echo(f"{task}: {spec.modality}, {spec.problem}, {spec.metric_name}")
            for stage, outputs in _outputs(task).items():
                kept = [
                    dataset for name in outputs if (dataset := catalog.get(name)) is not None
                ]  # the others are in memory
                done = all(dataset.exists() for dataset in kept)
                click.echo(f"  {'done' if done else '-   '}  {stage}")


@click.command()
@env_option  # type: ignore[untyped-decorator]  # mypy is told to skip Kedro
@click.pass_obj
@report_errors
def report(metadata: ProjectMetadata, env: str) -> None:
    """Print scores and paths of all reports, and write an index page that links to them."""
    with _catalog(metadata, env) as catalog:
        found = [headline for task in _names() if (headline := read_headline(task, catalog)) is not None]
        if not found:
            click.echo("no task has been evaluated yet; `kedro run` runs all of them")
            return
        index = Path(catalog.get(f"{found[0].task}.report").filepath).parents[1] / "index.html"
        write_text(index, render_index([_summary(headline.task, catalog, index.parent) for headline in found]))
        timelines = {headline.task: _timelines(headline.task, catalog) for headline in found}
    for headline in found:
        click.echo(f"{headline.task}: {headline}\n  {headline.report}")
        for search, phases in timelines[headline.task].items():
            click.echo(f"  {search}: {'; '.join(map(str, phases))}")
    click.echo(f"all: {index.relative_to(Path.cwd()) if index.is_relative_to(Path.cwd()) else index}")


def _summary(task: str, catalog: CatalogProtocol, folder: Path) -> TaskSummary:
    address = Path(catalog.get(f"{task}.report").filepath).relative_to(folder).as_posix()
    links = []
    for name, text in _LINKED.items():
        dataset = catalog.get(f"{task}.{name}")
        if dataset is not None and dataset.exists():
            links.append((text, Path(os.path.relpath(dataset.filepath, folder)).as_posix()))
    spec, metrics = catalog.load(f"params:{task}.task"), catalog.load(f"{task}.metrics")
    return summarize(spec, metrics, address, links, _timelines(task, catalog))


def _timelines(task: str, catalog: CatalogProtocol) -> dict[str, tuple[PhaseTime, ...]]:
    """Seconds of each search of *task* in its last run, by name; nothing for those that did not run here."""
    found = {search: read_timeline(catalog.load(f"{task}.{state}")) for search, state in _STATES.items()}
    return {search: phases for search, phases in found.items() if phases}


@contextmanager
def _catalog(metadata: ProjectMetadata, env: str | None) -> Iterator[CatalogProtocol]:
    require_environment(Path(metadata.project_path), env)
    with KedroSession.create(metadata.project_path, env=env) as session:
        yield session.load_context().catalog


def _names() -> list[str]:
    return sorted({node.namespace for node in pipelines["__default__"].nodes if node.namespace})


def _outputs(task: str) -> dict[str, list[str]]:
    """Outputs of every stage of *task*."""
    stages: dict[str, list[str]] = {}
    for node in pipelines[task].nodes:
        for stage in node.tags:
            stages.setdefault(stage, []).extend(node.outputs)
    return stages
