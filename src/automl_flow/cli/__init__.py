"""The project's own commands, and ``kedro run`` with readable errors."""

import os

import click
from kedro.framework.cli.utils import LazyGroup

os.environ.setdefault("KEDRO_DISABLE_TELEMETRY", "1")


@click.group(
    cls=LazyGroup,
    name="automl_flow",
    lazy_subcommands={
        "run": "automl_flow.cli.running.run",
        "replay": "automl_flow.cli.replaying.replay",
        "add-task": "automl_flow.cli.adding.add_task",
        "dvc-sync": "automl_flow.cli.syncing.dvc_sync",
        "dvc-verify": "automl_flow.cli.verifying.dvc_verify",
        "dvc-adopt": "automl_flow.cli.adopting.dvc_adopt",
        "compare": "automl_flow.cli.comparing.compare",
        "report": "automl_flow.cli.reporting.report",
        "tasks": "automl_flow.cli.reporting.tasks",
        "jupyter": "automl_flow.cli.notebooks.jupyter",
        "ipython": "automl_flow.cli.notebooks.ipython",
    },
)
def cli() -> None:
    """AutoML and neural architecture search in one validated, versioned and reproducible project."""
