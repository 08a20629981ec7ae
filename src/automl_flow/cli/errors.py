"""Errors of commands: one readable message instead of a traceback."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import click
from kedro.config import BadConfigException, MissingConfigException
from kedro.framework.cli.utils import KedroCliError
from kedro.io import DatasetError

from automl_flow.cli.signals import EXIT
from automl_flow.core.errors import AutoMLFlowError, printable, shown

# Kedro's errors that are meant for users; DatasetError wraps whatever a dataset or its catalog entry raises.
_KEDRO = (BadConfigException, MissingConfigException, DatasetError, KedroCliError)
_MAX_CHARACTERS = 500  # of such a message
F = TypeVar("F", bound=Callable[..., Any])


class CommandFailed(click.ClickException):
    """An error for the user: printed without a traceback, exit code 1."""

    def show(self, file: Any = None) -> None:  # noqa: ARG002 -- click's signature
        """Print the message to standard error."""
        click.secho("Error: ", fg="red", bold=True, nl=False, err=True)
        click.echo("\n".join(map(printable, self.message.split("\n"))), err=True)


def report_errors(function: F) -> F:
    """Turn errors that are meant for the user into :class:`CommandFailed`; all others keep their traceback.

    Ctrl-C ends the command with the shell's exit code for it, unless the command handles it.
    """

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            for cause in _causes(error):
                if isinstance(cause, AutoMLFlowError):
                    raise CommandFailed(str(cause)) from error
            if isinstance(error, _KEDRO):
                raise CommandFailed(shown(" ".join(str(error).split()), _MAX_CHARACTERS)) from error
            raise
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
            sys.exit(EXIT)

    return wrapper  # type: ignore[return-value]  # wraps keeps the signature


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and its causes, because Kedro wraps what a dataset raises."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
