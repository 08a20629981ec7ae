"""``kedro dvc-verify``: whether results are what they were when DVC recorded them."""

from __future__ import annotations

from pathlib import Path

import click
from kedro.framework.startup import ProjectMetadata

from automl_flow.cli.friendly import CommandFailed, told_clearly
from automl_flow.core.errors import printable
from automl_flow.dvc_stages.adopt import adopt_outputs
from automl_flow.dvc_stages.cache import has_remote, project_cache
from automl_flow.dvc_stages.lock import read_lock, select_stages
from automl_flow.dvc_stages.verify import Fault, Verdict, remove_damaged, verify_stages


@click.command("dvc-verify")
@click.argument("names", nargs=-1)
@click.option("--mend", is_flag=True, help="Take damaged objects out of DVC's cache, so that they can come back good.")
@click.pass_obj
@told_clearly
def dvc_verify(metadata: ProjectMetadata, *, names: tuple[str, ...], mend: bool) -> None:
    """Hash what stages read and made, in the project and in DVC's cache, and compare with dvc.lock.

    NAMES are stages or tasks; all of them, in all environments, where none is named. Ends with exit code 1 where
    something is damaged.
    """
    project = Path(metadata.project_path)
    stages = select_stages(read_lock(project), names)
    verdict = verify_stages(project, stages, project_cache(project))
    for fault in verdict.faults:
        click.echo(f"{fault}")
    _tell_rest(verdict)
    if not verdict.faults:
        click.echo(f"{len(stages)} stages, {verdict.checked} files and folders: all that is there is as dvc.lock says")
    elif mend:
        _mend(project, verdict)
    else:
        raise CommandFailed(_advice(verdict.faults))


def _tell_rest(verdict: Verdict) -> None:
    """What is no damage but worth knowing."""
    for stage, paths in verdict.stale.items():
        more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
        click.echo(printable(f"not up to date: {stage} has newer inputs ({', '.join(paths[:3])}{more})"))
    if verdict.absent:
        click.echo(
            f"not on this machine: {len(verdict.absent)} outputs; `dvc pull` fetches them, `dvc repro` makes them"
        )


def _mend(project: Path, verdict: Verdict) -> None:
    for path in remove_damaged(project, verdict.faults):
        click.echo(printable(f"removed {path}"))
    adopt_outputs(project)  # where the project's own copy is good, it becomes the cache's
    after = verify_stages(project, read_lock(project), project_cache(project))
    left = [fault for fault in after.faults if fault.path in {fault.path for fault in verdict.faults}]
    if left:
        raise CommandFailed(_advice(left))
    gone = sorted({fault.stage for fault in verdict.faults if fault.path in after.absent})
    if gone:
        pull = "--pull " if has_remote(project) else ""
        click.echo(f"to get back what is gone now: dvc repro {pull}{' '.join(gone)}")
    else:
        click.echo("mended from the copies in the project")


def _advice(faults: tuple[Fault, ...] | list[Fault]) -> str:
    """The command that mends each kind of fault."""
    objects = [fault for fault in faults if fault.kind == "damaged object"]
    if objects:
        return f"{len(objects)} objects of DVC's cache are damaged; `kedro dvc-verify --mend` takes them out"
    paths = " ".join(dict.fromkeys(fault.path for fault in faults))
    return (
        f"files differ from what the stages made; `dvc checkout --force {paths}` puts back what was recorded, "
        "`dvc repro` makes it anew"
    )
