"""``kedro run``: Kedro's own command and options, with readable errors."""

from __future__ import annotations

import copy
import os
import sys
from pathlib import Path
from typing import Any

import click
from kedro.framework.cli.project import run as kedro_run
from kedro.framework.project import settings

from automl_flow.cli.choices import project_folder, require_choices, require_environment, use_settings
from automl_flow.cli.errors import report_errors
from automl_flow.cli.signals import EXIT, Interrupts
from automl_flow.hooks import ProjectHooks

CONSTANT = 3  # exit code of a run whose model is a constant, because no trial finished


@report_errors
def _run(**options: Any) -> Any:
    if options.get("pipeline") and not options.get("pipelines"):  # Kedro deprecates --pipeline, which everybody uses
        options["pipelines"], options["pipeline"] = [options["pipeline"]], None
    project = project_folder()
    if options.get("conf_source"):
        use_settings(Path(options["conf_source"]))
    require_environment(project, options.get("env"))
    require_choices(options)
    with Interrupts() as interrupts:
        try:
            result = kedro_run.callback(**options)
        except KeyboardInterrupt:
            click.echo("Stopped. Finished trials are kept; run the same command to resume.", err=True)
            sys.exit(EXIT)
    if interrupts.count:
        click.echo("The results use the trials that had finished; run the same command to resume.", err=True)
        sys.exit(EXIT)
    _end_with_constants()
    return result


def _end_with_constants() -> None:
    """Exit with a special code if a model is a constant, except under DVC, which would discard the stage's outputs."""
    tasks = sorted(task for hooks in settings.HOOKS if isinstance(hooks, ProjectHooks) for task in hooks.constant)
    if tasks and "DVC_STAGE" not in os.environ:
        click.echo(f"No trial finished, the model is a constant: {', '.join(tasks)}.", err=True)
        sys.exit(CONSTANT)


run = copy.copy(kedro_run)
run.callback = _run
run.__doc__ = kedro_run.__doc__
