"""``kedro compare``: a page on what changed between two commits."""

from __future__ import annotations

from pathlib import Path

import click
from kedro.framework.startup import ProjectMetadata

from automl_flow.cli.errors import report_errors
from automl_flow.core.errors import StorageError
from automl_flow.core.files import write_text

PAGE = Path("data/08_reporting/comparison.html")
_MARK = b'<meta name="generator" content="automl_flow">'
_HEAD_BYTES = 1000  # at the start of a page, which hold the mark


def check_page(page: Path) -> None:
    """Raise if the page would overwrite a file that is not one of our pages.

    Raises:
        StorageError: The path exists and is not a page written by automl_flow.
    """
    if page.is_symlink() or page.exists():
        plain = page.is_file() and not page.is_symlink()
        if not plain or _MARK not in page.read_bytes()[:_HEAD_BYTES]:
            raise StorageError(f"--output: {page} exists and was not written by automl_flow; choose another path")


@click.command()
@click.argument("old")
@click.argument("new", required=False)
@click.option("--output", type=click.Path(path_type=Path), help=f"Path of the page. Default: {PAGE}.")
@click.pass_obj
@report_errors
def compare(metadata: ProjectMetadata, *, old: str, new: str | None, output: Path | None) -> None:
    """Write a page on what changed between the commits OLD and NEW (default: the working tree)."""
    from automl_flow.comparison import compare_revisions, open_revision, render_comparison

    project = Path(metadata.project_path)
    page = (Path.cwd() / output) if output else project / PAGE
    if output:
        check_page(page)
    found = compare_revisions(open_revision(project, old), open_revision(project, new))
    write_text(page, render_comparison(found))
    for task in found.tasks:
        click.echo(f"{task.task}: {task.verdict}")
        for note in task.notes:
            click.echo(f"  {note}")
    click.echo(f"page: {page.relative_to(Path.cwd()) if page.is_relative_to(Path.cwd()) else page}")
