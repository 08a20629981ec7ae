"""``kedro dvc-adopt``: add outputs of ``kedro run`` to DVC's cache, and report those that differ from its lock."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

import click
from kedro.framework.startup import ProjectMetadata

from automl_flow.cli.errors import report_errors
from automl_flow.dvc_stages.adopt import Adoption, adopt_outputs


@click.command("dvc-adopt")
@click.pass_obj
@report_errors
def dvc_adopt(metadata: ProjectMetadata) -> None:
    """Add outputs of `kedro run` that match dvc.lock byte for byte to DVC's cache, so that DVC need not run them."""
    project = Path(metadata.project_path)
    if not _is_repository(project):
        click.echo("This folder is not a git repository, so DVC does not track its results.")
        return
    found = adopt_outputs(project)
    click.echo(f"DVC adopted the outputs of {_stages(len(found.taken))}." if found.taken else _NOTHING)
    for sentence in describe(found, _changed_in_git(project, found)):
        click.echo(sentence)


_NOTHING = "There is nothing to add to DVC's cache."


def describe(found: Adoption, in_git: Iterable[str]) -> list[str]:
    """Return one sentence per reason why DVC could not adopt outputs.

    Args:
        found: The result of the adoption.
        in_git: Differing outputs that ``git status`` lists.
    """
    tracked = set(in_git)

    def listed(stages: Iterable[str]) -> str:
        paths = [path for stage in stages for path in found.different.get(stage, ()) if path in tracked]
        return f" (git status lists {', '.join(paths)})" if paths else ""

    sentences = []
    if found.unexplained:
        sentences.append(
            f"{len(found.unexplained)} of {_stages(len(found.stages))} differ from dvc.lock"
            f"{listed(found.unexplained)}, most likely because this processor rounds differently from the one that "
            f"recorded the results (docs/reproducibility.md): {_by_task(found.unexplained, found.stages)}."
        )
    if found.edited:
        sentences.append(
            f"Code, data or settings have changed since dvc.lock was written{listed(found.edited)}; `make repro` "
            f"records the results of {_by_task(found.edited, found.stages)}."
        )
    return sentences


def _changed_in_git(project: Path, found: Adoption) -> list[str]:
    """Differing outputs that git tracks."""
    paths = sorted(path for paths in found.different.values() for path in paths)
    return _git(project, "ls-files", "--modified", "--", *paths).split("\n")[:-1] if paths else []


def _is_repository(project: Path) -> bool:
    """Whether the folder is in a git repository; without one, DVC does nothing."""
    return _git(project, "rev-parse", "--is-inside-work-tree").strip() == "true"


def _by_task(stages: Iterable[str], known: Iterable[str]) -> str:
    """Stages by task: ``digits (nas, evaluation), vowels``, the latter with all its stages."""
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
