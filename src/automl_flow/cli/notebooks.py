"""``kedro jupyter`` and ``kedro ipython``: Kedro's own commands, with a readable error if a library is missing."""

from __future__ import annotations

import copy
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
from kedro.framework.cli.jupyter import jupyter as kedro_jupyter
from kedro.framework.cli.project import ipython as kedro_ipython
from kedro.framework.startup import ProjectMetadata

from automl_flow.cli.choices import require_environment
from automl_flow.cli.errors import report_errors
from automl_flow.core.errors import DependencyError

_NEEDS = {"lab": "jupyterlab", "notebook": "notebook", "setup": "ipykernel", "ipython": "IPython"}


def _checked(command: click.Command, name: str) -> click.Command:
    """The same command, which first checks that its library is installed and its environment exists."""
    checked = copy.copy(command)
    checked.callback = _with_checks(command.callback, name)  # type: ignore[arg-type]  # Kedro's commands have one
    return checked


def _with_checks(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    @report_errors
    def run(*args: Any, **options: Any) -> Any:
        library = _NEEDS.get(name, name)
        if find_spec(library) is None:
            raise DependencyError(
                f"this command needs {library}, which is not installed with the project; "
                f"`.venv/bin/python -m pip install {library}` adds it"
            )
        context = click.get_current_context()
        if isinstance(context.obj, ProjectMetadata):
            require_environment(Path(context.obj.project_path), options.get("env"))
        return function(*args, **options)

    return run


jupyter = copy.copy(kedro_jupyter)
jupyter.commands = {name: _checked(command, name) for name, command in kedro_jupyter.commands.items()}
ipython = _checked(kedro_ipython, "ipython")
