"""Commands end with one clear message: what went wrong, where, and what would be right."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import click
from kedro.config import BadConfigException, MissingConfigException
from kedro.framework.cli.utils import KedroCliError
from kedro.io import DatasetError

from automl_flow.cli.interrupting import EXIT
from automl_flow.core.errors import AutoMLFlowError, printable, shown

# Errors of Kedro whose text is for users; DatasetError wraps what a dataset or its entry in the catalog has against it.
_KEDRO = (BadConfigException, MissingConfigException, DatasetError, KedroCliError)
_LONGEST = 500  # letters of such a text
F = TypeVar("F", bound=Callable[..., Any])


class CommandFailed(click.ClickException):
    """An error whose text is for the user: printed without a traceback, exit code 1."""

    def show(self, file: Any = None) -> None:  # noqa: ARG002 -- the signature is click's
        """Print the message to standard error."""
        click.secho("Error: ", fg="red", bold=True, nl=False, err=True)
        click.echo("\n".join(map(printable, self.message.split("\n"))), err=True)


def told_clearly(function: F) -> F:
    """Turn errors that are meant for the user into :class:`CommandFailed`; all others keep their traceback.

    Ctrl-C, where the command does not handle it itself, ends it with the exit code that shells give it.
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
                raise CommandFailed(shown(" ".join(str(error).split()), _LONGEST)) from error
            raise
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
            sys.exit(EXIT)

    return wrapper  # type: ignore[return-value]  # wraps keeps the signature


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and what it was raised from: Kedro wraps what a dataset raises."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
