"""``kedro dvc-adopt``: DVC takes over what ``kedro run`` made; what it cannot take is told in a sentence."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

import click
from kedro.framework.startup import ProjectMetadata

from automl_flow.cli.friendly import told_clearly
from automl_flow.dvc_stages.adopt import Adoption, adopt_outputs


@click.command("dvc-adopt")
@click.pass_obj
@told_clearly
def dvc_adopt(metadata: ProjectMetadata) -> None:
    """Give DVC the outputs of `kedro run` that are, to the byte, what dvc.lock records, so that it need not run."""
    project = Path(metadata.project_path)
    if not _is_repository(project):
        click.echo("This folder is no git repository, so DVC does not track its results.")
        return
    found = adopt_outputs(project)
    click.echo(f"DVC took over the outputs of {_stages(len(found.taken))}." if found.taken else _NOTHING)
    for sentence in describe(found, _changed_in_git(project, found)):
        click.echo(sentence)


_NOTHING = "There is nothing to add to DVC's cache."


def describe(found: Adoption, in_git: Iterable[str]) -> list[str]:
    """Say what DVC could not take over and why: a sentence for each cause, none where there is nothing of the kind.

    Args:
        found: What became of the outputs.
        in_git: Outputs among those that differ which git tracks, so that ``git status`` lists them.
    """
    told = []
    if found.different:
        shown = list(in_git)
        listed = f" (git status lists {', '.join(shown)})" if shown else ""
        told.append(
            f"{len(found.different)} of {_stages(found.checked)} made other bytes than dvc.lock records{listed}, most "
            "likely because this processor rounds in another way than the one that the results were recorded on "
            f"(docs/reproducibility.md): {_by_task(found.different)}."
        )
    if found.edited:
        told.append(
            f"Code, data or settings have changed since dvc.lock was written; `make repro` records the results of "
            f"{_by_task(found.edited)}."
        )
    return told


def _changed_in_git(project: Path, found: Adoption) -> list[str]:
    """Outputs that differ and that git tracks."""
    paths = sorted(path for paths in found.different.values() for path in paths)
    return _git(project, "ls-files", "--modified", "--", *paths).split("\n")[:-1] if paths else []


def _is_repository(project: Path) -> bool:
    """Whether git knows the folder; without git DVC does nothing."""
    return _git(project, "rev-parse", "--is-inside-work-tree").strip() == "true"


def _by_task(stages: Iterable[str]) -> str:
    """Stages in words: ``digits (nas, evaluation), vowels (nas)``."""
    tasks: dict[str, list[str]] = {}
    for name in stages:
        task, _, stage = name.rpartition("-")
        tasks.setdefault(task, []).append(stage)
    return ", ".join(f"{task} ({', '.join(names)})" for task, names in tasks.items())


def _stages(count: int) -> str:
    return f"{count} stage{'' if count == 1 else 's'}"


def _git(project: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=project, capture_output=True, text=True, check=False)  # noqa: S603, S607
    except FileNotFoundError:  # no git on this machine
        return ""
    return done.stdout
