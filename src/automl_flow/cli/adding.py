"""``kedro add-task``: a look at a file becomes a task, in YAML that a person corrects."""

from __future__ import annotations

from pathlib import Path

import click
from kedro.framework.project import pipelines
from kedro.framework.startup import ProjectMetadata

from automl_flow.cli.friendly import told_clearly
from automl_flow.cli.guessing import Guess, guess_task
from automl_flow.cli.task_files import task_files
from automl_flow.core.errors import ConfigError, DataError
from automl_flow.core.files import write_text


@click.command("add-task")
@click.option("--file", "file", required=True, type=click.Path(path_type=Path), help="Raw file, inside the project.")
@click.option("--target", required=True, help="Column (or array) to predict.")
@click.option("--name", default=None, help="Name of the task; the default is the file's.")
@click.option("--problem", default=None, type=click.Choice(["binary", "multiclass", "regression"]), help="Or guess.")
@click.option("--modality", default=None, type=click.Choice(["tabular", "image", "sequence"]), help="Or guess.")
@click.pass_obj
@told_clearly
def add_task(
    metadata: ProjectMetadata, *, file: Path, target: str, name: str | None, problem: str | None, modality: str | None
) -> None:
    """Write parameters and catalog entry of a new task after a look at its raw file."""
    project = Path(metadata.project_path)
    path = (Path.cwd() / file).resolve()
    if not path.is_relative_to(project):
        raise DataError(f"{file}: must lie inside the project; copy it to data/01_raw first")
    shown = path.relative_to(project).as_posix()
    chosen = _checked_name(name or path.stem)
    guess = guess_task(path, file=shown, name=chosen, target=target, problem=problem, modality=modality)
    files = task_files(guess)
    present = [name for name in files if (project / name).exists()]
    if present:
        raise ConfigError(f"{present[0]} exists; choose another --name, or delete the file")
    for name_of_file, text in files.items():
        write_text(project / name_of_file, text)
    _tell(guess, list(files))


def _checked_name(name: str) -> str:
    """Return *name* if it can be a task's."""
    if not name.isidentifier() or not name.isascii():
        raise ConfigError(f"--name: a task's name is made of letters, digits and underscores, got {name!r}")
    if name in pipelines:
        raise ConfigError(f"--name: there is a pipeline called {name!r} already; choose another name")
    return name


def _tell(guess: Guess, files: list[str]) -> None:
    click.echo(f"task {guess.name}: {guess.modality}, {guess.problem} ({guess.why}), metric {guess.metric}")
    for file in files:
        click.echo(f"  wrote {file}")
    click.echo(f"Look at {files[0]}, correct what is wrong, then: kedro run --pipelines={guess.name}")
    click.echo("Under DVC: kedro dvc-sync && dvc repro")
