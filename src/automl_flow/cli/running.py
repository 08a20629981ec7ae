"""``kedro run``: Kedro's own command and options, with clear errors."""

from __future__ import annotations

import copy
import sys
from typing import Any

import click
from kedro.framework.cli.project import run as kedro_run
from kedro.framework.project import pipelines

from automl_flow.cli.friendly import told_clearly
from automl_flow.cli.interrupting import EXIT, Interrupts
from automl_flow.core.errors import ConfigError, nearest


@told_clearly
def _run(**options: Any) -> Any:
    if options.get("pipeline") and not options.get("pipelines"):  # the old spelling is well known and stays quiet
        options["pipelines"], options["pipeline"] = [options["pipeline"]], None
    for name in options.get("pipelines") or ():
        if name not in pipelines:
            raise ConfigError(f"there is no pipeline {name!r}{nearest(name, pipelines)}")
    with Interrupts() as interrupts:
        try:
            result = kedro_run.callback(**options)
        except KeyboardInterrupt:
            click.echo("Stopped. Finished trials are kept; the same command goes on from there.", err=True)
            sys.exit(EXIT)
    if interrupts.count:
        click.echo("Results are those of the trials that were done; the same command goes on from there.", err=True)
        sys.exit(EXIT)
    return result


run = copy.copy(kedro_run)
run.callback = _run
run.__doc__ = kedro_run.__doc__
