"""``kedro tasks`` and ``kedro report``: what there is, and what was found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path

import click
from kedro.framework.cli.utils import env_option
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.framework.startup import ProjectMetadata
from kedro.io import CatalogProtocol

from automl_flow.cli.friendly import told_clearly
from automl_flow.core.files import write_text
from automl_flow.hooks.headline import Headline, read_headline, shown_path

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Tasks</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; padding: .4rem .8rem; border-bottom: 1px solid #ddd; }}
td.number {{ text-align: right; font-variant-numeric: tabular-nums; }}
</style>
</head>
<body>
<h1>Tasks</h1>
<table>
<tr><th>Task</th><th>Metric</th><th>Holdout</th><th>Interval</th><th>Baselines</th></tr>
{rows}
</table>
</body>
</html>
"""


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
                done = all(catalog.get(name).exists() for name in outputs)
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
        write_text(index, _PAGE.format(rows="\n".join(_row(headline, catalog, index.parent) for headline in found)))
    for headline in found:
        click.echo(f"{headline.task}: {headline}\n  {headline.report}")
    click.echo(f"all: {index.relative_to(Path.cwd()) if index.is_relative_to(Path.cwd()) else index}")


@contextmanager
def _catalog(metadata: ProjectMetadata, env: str | None) -> Iterator[CatalogProtocol]:
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


def _row(headline: Headline, catalog: CatalogProtocol, folder: Path) -> str:
    page = Path.cwd() / shown_path(catalog, f"{headline.task}.report")
    link = escape(page.relative_to(folder).as_posix(), quote=True)
    low, high = headline.interval
    beside = ", ".join(f"{name} {score:.4g}" for name, score in headline.baselines.items())
    cells = [
        f'<td><a href="{link}">{escape(headline.task)}</a></td>',
        f"<td>{escape(headline.metric)}</td>",
        f'<td class="number">{headline.score:.4g}</td>',
        f'<td class="number">{low:.4g} to {high:.4g}</td>',
        f"<td>{escape(beside)}</td>",
    ]
    return f"<tr>{''.join(cells)}</tr>"
