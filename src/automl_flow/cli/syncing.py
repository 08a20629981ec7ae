"""``kedro dvc-sync``: write ``dvc.yaml``, or say where it has drifted."""

from __future__ import annotations

import difflib
from pathlib import Path

import click
from kedro.framework.startup import ProjectMetadata

from automl_flow.cli.friendly import CommandFailed, told_clearly
from automl_flow.core.files import write_text


@click.command("dvc-sync")
@click.option("--check", is_flag=True, help="Change nothing; fail where dvc.yaml differs from the pipelines.")
@click.pass_obj
@told_clearly
def dvc_sync(metadata: ProjectMetadata, *, check: bool) -> None:
    """Write dvc.yaml from the pipelines, the catalog, the parameters and the code that stages import."""
    from automl_flow.dvc_stages import build_document, render_document, view_project

    path = Path(metadata.project_path) / "dvc.yaml"
    document = build_document(view_project(Path(metadata.project_path)))
    wanted = render_document(document)
    found = path.read_text(encoding="utf-8") if path.is_file() else ""
    if wanted == found:
        click.echo(f"dvc.yaml is up to date: {len(document['stages'])} stages")
        return
    if check:
        lines = difflib.unified_diff(found.splitlines(), wanted.splitlines(), "dvc.yaml", "wanted", lineterm="")
        click.echo("\n".join(lines))
        raise CommandFailed("dvc.yaml differs from the pipelines; `kedro dvc-sync` mends it")
    write_text(path, wanted)
    click.echo(f"wrote dvc.yaml: {len(document['stages'])} stages")
