"""``kedro tasks`` and ``kedro report``: what there is, and what was found."""

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
from automl_flow.cli.friendly import told_clearly
from automl_flow.core.files import write_text
from automl_flow.hooks.headline import read_headline
from automl_flow.reports.index import TaskSummary, render_index, summarize

_LINKED = {"model_card": "model card", "data_docs": "data checks", "predictions": "predictions"}


@click.command()
@env_option  # type: ignore[untyped-decorator]  # mypy is told to skip Kedro
@click.pass_obj
@told_clearly
def tasks(metadata: ProjectMetadata, env: str) -> None:
    """List the tasks, their stages, and which of them have results."""
    with _catalog(metadata, env) as catalog:
        for task in _names():
            spec = catalog.load(f"params:{task}.task")
            click.echo(f"{task}: {spec.modality}, {spec.problem}, {spec.metric_name}")
            for stage, outputs in _outputs(task).items():
                kept = [dataset for name in outputs if (dataset := catalog.get(name)) is not None]  # others: in memory
                done = all(dataset.exists() for dataset in kept)
                click.echo(f"  {'made' if done else '-   '}  {stage}")


@click.command()
@env_option  # type: ignore[untyped-decorator]  # mypy is told to skip Kedro
@click.pass_obj
@told_clearly
def report(metadata: ProjectMetadata, env: str) -> None:
    """Print the headline numbers and the reports' paths, and write a page that links to all of them."""
    with _catalog(metadata, env) as catalog:
        found = [headline for task in _names() if (headline := read_headline(task, catalog)) is not None]
        if not found:
            click.echo("no task has been evaluated yet; `kedro run` does all of them")
            return
        index = Path(catalog.get(f"{found[0].task}.report").filepath).parents[1] / "index.html"
        write_text(index, render_index([_summary(headline.task, catalog, index.parent) for headline in found]))
    for headline in found:
        click.echo(f"{headline.task}: {headline}\n  {headline.report}")
    click.echo(f"all: {index.relative_to(Path.cwd()) if index.is_relative_to(Path.cwd()) else index}")


def _summary(task: str, catalog: CatalogProtocol, folder: Path) -> TaskSummary:
    address = Path(catalog.get(f"{task}.report").filepath).relative_to(folder).as_posix()
    links = []
    for name, told in _LINKED.items():
        dataset = catalog.get(f"{task}.{name}")
        if dataset is not None and dataset.exists():
            links.append((told, Path(os.path.relpath(dataset.filepath, folder)).as_posix()))
    return summarize(catalog.load(f"params:{task}.task"), catalog.load(f"{task}.metrics"), address, links)


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
