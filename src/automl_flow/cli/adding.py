"""``kedro add-task``: write a task's YAML files from a raw file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click
from kedro.framework.project import pipelines
from kedro.framework.startup import ProjectMetadata

from automl_flow.cli.errors import report_errors
from automl_flow.cli.guessing import Guess, guess_task
from automl_flow.cli.task_files import task_files, task_name
from automl_flow.core.errors import ConfigError, DataError, shown
from automl_flow.core.files import write_text

_PROBLEMS = ["binary", "multiclass", "regression"]  # those of one target: --target names one column
_GUESSED = "Default: inferred from the file."


@click.command("add-task")
@click.option("--file", "file", required=True, type=click.Path(path_type=Path), help="Raw file, inside the project.")
@click.option("--target", required=True, help="Column (or array) to predict.")
@click.option("--name", default=None, help="Name of the task. Default: the file name.")
@click.option("--problem", default=None, type=click.Choice(_PROBLEMS), help=_GUESSED)
@click.option("--modality", default=None, type=click.Choice(["tabular", "image", "sequence"]), help=_GUESSED)
@click.pass_obj
@report_errors
def add_task(
    metadata: ProjectMetadata, *, file: Path, target: str, name: str | None, problem: str | None, modality: str | None
) -> None:
    """Inspect a raw file and write the parameters and the catalog entry of a new task."""
    project = Path(metadata.project_path)
    path = (Path.cwd() / file).resolve()
    if not path.is_relative_to(project):
        raise DataError(f"{file}: must be inside the project; copy it to data/01_raw first")
    relative = path.relative_to(project).as_posix()
    if "${" in target:
        raise DataError("--target: '${' would be read as a reference to another setting; rename the column")
    chosen = _checked_name(name or task_name(path.stem))
    guess = guess_task(path, file=relative, name=chosen, target=target, problem=problem, modality=modality)
    files = task_files(guess)
    present = [file for file in files if (project / file).exists()]
    if present:
        raise ConfigError(f"{present[0]} exists; choose another --name, or delete the file")
    _write_all({project / file: text for file, text in files.items()})
    _summarise(guess, list(files))


def _write_all(files: Mapping[Path, str]) -> None:
    """Write all files, or none if one of them cannot be written."""
    written: list[Path] = []
    try:
        for path, text in files.items():
            write_text(path, text)
            written.append(path)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def _checked_name(name: str) -> str:
    """Return *name* if it is a valid task name."""
    if not name.isidentifier() or not name.isascii():
        raise ConfigError(f"--name: must consist of letters, digits and underscores, got {name!r}")
    if name in pipelines:
        raise ConfigError(f"--name: a pipeline called {name!r} already exists; choose another name")
    return name


def _summarise(guess: Guess, files: list[str]) -> None:
    click.echo(f"task {guess.name}: {guess.modality}, {guess.problem} ({guess.why}), metric {guess.metric}")
    for file in files:
        click.echo(f"  wrote {file}")
    for name in guess.groups:
        click.echo(f"question: do rows with the same {shown(name)} belong together? Then set `group:`")
    for name in guess.times:
        click.echo(
            f"question: will the model predict rows later than its training rows? Then set `time: {shown(name)}`"
        )
    click.echo(f"Check and correct {files[0]}, then: kedro run --pipeline={guess.name}")
    click.echo(f"With DVC: kedro dvc-sync && dvc repro {guess.name}-evaluation")
