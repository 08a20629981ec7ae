"""``kedro dvc-sync``: write ``dvc.yaml``, or show where it has drifted."""

from __future__ import annotations

import difflib
from pathlib import Path

import click
from kedro.framework.startup import ProjectMetadata

from automl_flow.cli.choices import require_environment
from automl_flow.cli.errors import CommandFailed, report_errors
from automl_flow.core.files import write_text


@click.command("dvc-sync")
@click.option("--check", is_flag=True, help="Change nothing; fail if dvc.yaml differs from the pipelines.")
@click.option(
    "--env", default="base", help="Environment of the stages; any other than base goes to conf/<env>/dvc.yaml."
)
@click.pass_obj
@report_errors
def dvc_sync(metadata: ProjectMetadata, *, check: bool, env: str) -> None:
    """Write dvc.yaml from the pipelines, the catalog, the parameters and the code that stages import."""
    from automl_flow.dvc_stages import BASE, build_document, render_document, stages_file, view_project

    project = Path(metadata.project_path)
    require_environment(project, None)
    name = stages_file(env)
    document = build_document(view_project(project, env))
    wanted = render_document(document, env)
    found = (project / name).read_text(encoding="utf-8") if (project / name).is_file() else ""
    if wanted == found:
        click.echo(f"{name} is up to date: {len(document['stages'])} stages")
        return
    if check:
        lines = difflib.unified_diff(found.splitlines(), wanted.splitlines(), name, "wanted", lineterm="")
        click.echo("\n".join(lines))
        mend = "kedro dvc-sync" if env == BASE else f"kedro dvc-sync --env {env}"
        raise CommandFailed(f"{name} differs from the pipelines; run `{mend}` to fix it")
    write_text(project / name, wanted)
    click.echo(f"wrote {name}: {len(document['stages'])} stages")
