"""Commands end with one clear message: what went wrong, where, and what would be right."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import click

from automl_flow.core.errors import AutoMLFlowError

F = TypeVar("F", bound=Callable[..., Any])


class CommandFailed(click.ClickException):
    """An error whose text is for the user: printed without a traceback, exit code 1."""

    def show(self, file: Any = None) -> None:  # noqa: ARG002 -- the signature is click's
        """Print the message to standard error."""
        click.secho("Error: ", fg="red", bold=True, nl=False, err=True)
        click.echo(self.message, err=True)


def told_clearly(function: F) -> F:
    """Turn errors that are meant for the user into :class:`CommandFailed`; all others keep their traceback."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            for cause in _causes(error):
                if isinstance(cause, AutoMLFlowError):
                    raise CommandFailed(str(cause)) from error
            raise

    return wrapper  # type: ignore[return-value]  # wraps keeps the signature


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and what it was raised from: Kedro wraps what a dataset raises."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
