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
        in_git: Outputs among those that differ which ``git status`` lists.
    """
    tracked = set(in_git)

    def listed(stages: Iterable[str]) -> str:
        paths = [path for stage in stages for path in found.different.get(stage, ()) if path in tracked]
        return f" (git status lists {', '.join(paths)})" if paths else ""

    told = []
    if found.unexplained:
        told.append(
            f"{len(found.unexplained)} of {_stages(len(found.stages))} made other bytes than dvc.lock records"
            f"{listed(found.unexplained)}, most likely because this processor rounds in another way than the one that "
            f"the results were recorded on (docs/reproducibility.md): {_by_task(found.unexplained, found.stages)}."
        )
    if found.edited:
        told.append(
            f"Code, data or settings have changed since dvc.lock was written{listed(found.edited)}; `make repro` "
            f"records the results of {_by_task(found.edited, found.stages)}."
        )
    return told


def _changed_in_git(project: Path, found: Adoption) -> list[str]:
    """Outputs that differ and that git tracks."""
    paths = sorted(path for paths in found.different.values() for path in paths)
    return _git(project, "ls-files", "--modified", "--", *paths).split("\n")[:-1] if paths else []


def _is_repository(project: Path) -> bool:
    """Whether git knows the folder; without git DVC does nothing."""
    return _git(project, "rev-parse", "--is-inside-work-tree").strip() == "true"


def _by_task(stages: Iterable[str], known: Iterable[str]) -> str:
    """Stages in words: ``digits (nas, evaluation), vowels``, where all of vowels are meant."""
    some, every = _tasks(stages), _tasks(known)
    if some == every:
        return "all tasks"
    return ", ".join(task if names == every[task] else f"{task} ({', '.join(names)})" for task, names in some.items())


def _tasks(stages: Iterable[str]) -> dict[str, list[str]]:
    tasks: dict[str, list[str]] = {}
    for name in stages:
        task, _, stage = name.rpartition("-")
        tasks.setdefault(task, []).append(stage)
    return tasks


def _stages(count: int) -> str:
    return f"{count} stage{'' if count == 1 else 's'}"


def _git(project: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=project, capture_output=True, text=True, check=False)  # noqa: S603, S607
    except FileNotFoundError:  # no git on this machine
        return ""
    return done.stdout
