"""Execution backends, one per file; a file that exports ``ENTRY`` is found by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from automl_flow.core.registry import Registry
from automl_flow.execution.runner import Runner, RunnerSettings


@dataclass(frozen=True)
class Backend:
    """A place where jobs run.

    Attributes:
        make: Makes a runner; its workers start with the first job, or with :meth:`Runner.start`.
        capacity: How many jobs can run there at the same time.
        is_warm: Whether workers of a new runner start at once, thanks to an earlier runner of this process.
        requires: Modules that have to be installed.
    """

    make: Callable[[RunnerSettings], Runner]
    capacity: Callable[[], int]
    is_warm: Callable[[], bool]
    requires: tuple[str, ...] = ()


BACKENDS: Registry[Backend] = Registry("automl_flow.execution.backends", "execution backend")


def make_runner(backend: str, settings: RunnerSettings) -> Runner:
    """Make a runner of the backend that a configuration names.

    Raises:
        ConfigError: There is no such backend.
        DependencyError: A library that it needs is not installed.
    """
    return BACKENDS.get(backend).make(settings)
