"""``kedro dvc-verify``: compare results with what DVC has recorded."""

from __future__ import annotations

from pathlib import Path

import click
from kedro.framework.startup import ProjectMetadata

from automl_flow.cli.errors import CommandFailed, report_errors
from automl_flow.core.errors import printable
from automl_flow.dvc_stages.adopt import adopt_outputs
from automl_flow.dvc_stages.cache import has_remote, project_cache
from automl_flow.dvc_stages.lock import read_lock, select_stages
from automl_flow.dvc_stages.verify import Fault, Verdict, remove_damaged, verify_stages


@click.command("dvc-verify")
@click.argument("names", nargs=-1)
@click.option(
    "--mend", is_flag=True, help="Remove damaged objects from DVC's cache, so that good copies can replace them."
)
@click.pass_obj
@report_errors
def dvc_verify(metadata: ProjectMetadata, *, names: tuple[str, ...], mend: bool) -> None:
    """Hash inputs and outputs of stages, in the project and in DVC's cache, and compare them with dvc.lock.

    NAMES are stages or tasks; by default, all stages of all environments. The exit code is 1 if anything is damaged.
    """
    project = Path(metadata.project_path)
    stages = select_stages(read_lock(project), names)
    verdict = verify_stages(project, stages, project_cache(project))
    for fault in verdict.faults:
        click.echo(f"{fault}")
    _print_rest(verdict)
    if not verdict.faults:
        click.echo(f"{len(stages)} stages, {verdict.checked} files and folders: everything present matches dvc.lock")
    elif mend:
        _mend(project, verdict)
    else:
        raise CommandFailed(_advice(verdict.faults))


def _print_rest(verdict: Verdict) -> None:
    """Print what is not damaged but worth knowing."""
    for stage, paths in verdict.stale.items():
        more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
        click.echo(printable(f"out of date: {stage} has newer inputs ({', '.join(paths[:3])}{more})"))
    if verdict.absent:
        click.echo(
            f"not on this machine: {len(verdict.absent)} outputs; `dvc pull` fetches them, `dvc repro` recreates them"
        )


def _mend(project: Path, verdict: Verdict) -> None:
    for path in remove_damaged(project, verdict.faults):
        click.echo(printable(f"removed {path}"))
    adopt_outputs(project)  # a good copy in the project goes into the cache
    after = verify_stages(project, read_lock(project), project_cache(project))
    left = [fault for fault in after.faults if fault.path in {fault.path for fault in verdict.faults}]
    if left:
        raise CommandFailed(_advice(left))
    gone = sorted({fault.stage for fault in verdict.faults if fault.path in after.absent})
    if gone:
        pull = "--pull " if has_remote(project) else ""
        click.echo(f"to restore the removed outputs: dvc repro {pull}{' '.join(gone)}")
    else:
        click.echo("repaired from the copies in the project")


def _advice(faults: tuple[Fault, ...] | list[Fault]) -> str:
    """The command that repairs each kind of fault."""
    objects = [fault for fault in faults if fault.kind == "damaged object"]
    if objects:
        return f"{len(objects)} objects in DVC's cache are damaged; `kedro dvc-verify --mend` removes them"
    paths = " ".join(dict.fromkeys(fault.path for fault in faults))
    return (
        f"files differ from the outputs of their stages; `dvc checkout --force {paths}` restores the recorded ones, "
        "`dvc repro` recreates them"
    )
