"""Execution backends, one per file; a file that exports ``ENTRY`` is discovered automatically."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from automl_flow.core.registry import Registry
from automl_flow.execution.runner import Runner, RunnerSettings
from automl_flow.execution.store import FolderStore, ResultStore


@dataclass(frozen=True)
class Backend:
    """A place where jobs run.

    Attributes:
        make: Makes a runner; its workers start with the first job, or with :meth:`Runner.start`.
        capacity: Maximum number of concurrent jobs.
        is_warm: Whether workers of a new runner start immediately, thanks to an earlier runner of this process.
        open_store: Opens the store that jobs write results to, given the folder where the search keeps them.
        requires: Modules that have to be installed.
    """

    make: Callable[[RunnerSettings], Runner]
    capacity: Callable[[], int]
    is_warm: Callable[[], bool]
    open_store: Callable[[Path], ResultStore] = FolderStore
    requires: tuple[str, ...] = ()


BACKENDS: Registry[Backend] = Registry("automl_flow.execution.backends", "execution backend")


def make_runner(backend: str, settings: RunnerSettings) -> Runner:
    """Make a runner of the backend that a configuration names.

    Raises:
        ConfigError: There is no such backend.
        DependencyError: A library that it needs is not installed.
    """
    return BACKENDS.get(backend).make(settings)


def open_store(backend: str, folder: Path) -> ResultStore:
    """Open the store of a search's results that jobs of a backend write to.

    Args:
        backend: Its name.
        folder: Folder of results, from which a killed search resumes.

    Raises:
        ConfigError, DependencyError: As :func:`make_runner`.
    """
    return BACKENDS.get(backend).open_store(folder)
