"""``kedro compare``: what changed between two versions, as a page."""

from __future__ import annotations

from pathlib import Path

import click
from kedro.framework.startup import ProjectMetadata

from automl_flow.cli.friendly import told_clearly
from automl_flow.core.errors import StorageError
from automl_flow.core.files import write_text

PAGE = Path("data/08_reporting/comparison.html")
_MARK = b'<meta name="generator" content="automl_flow">'
_HEAD_BYTES = 1000  # of a page, in which the mark stands


def check_page(page: Path) -> None:
    """Raise if something lies at the place of a page that is none of ours.

    Raises:
        StorageError: It is anything else than a page that we have written.
    """
    if page.is_symlink() or page.exists():
        plain = page.is_file() and not page.is_symlink()
        if not plain or _MARK not in page.read_bytes()[:_HEAD_BYTES]:
            raise StorageError(f"--output: {page} exists and is no page of automl_flow; choose another name")


@click.command()
@click.argument("old")
@click.argument("new", required=False)
@click.option("--output", type=click.Path(path_type=Path), help=f"Where to write the page; {PAGE} unless told.")
@click.pass_obj
@told_clearly
def compare(metadata: ProjectMetadata, *, old: str, new: str | None, output: Path | None) -> None:
    """Write a page on what changed between the commits OLD and NEW (the working tree, if left out)."""
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
