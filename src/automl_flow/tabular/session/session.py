"""A search session: problem, settings, and workers that keep libraries and rows in memory from step to step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from automl_flow.core.progress import Progress, silent_progress
from automl_flow.execution.backends import BACKENDS, make_runner, open_store
from automl_flow.execution.memory import release_memory
from automl_flow.execution.runner import Runner, RunnerSettings
from automl_flow.execution.store import ResultStore
from automl_flow.models.family import ModelFamily
from automl_flow.serialization import skops
from automl_flow.study.budget import say_if_too_short
from automl_flow.study.journal import results_folder
from automl_flow.tabular.config import SearchConfig
from automl_flow.tabular.fitting.objective import TrialContext
from automl_flow.tabular.problem import TabularProblem
from automl_flow.tabular.schedule import MIN_LONG_SECONDS, START_SECONDS
from automl_flow.tabular.session.arrow import is_free_of_arrow, without_arrow_strings

_IMPORTS = ("automl_flow.tabular.session.preload",)
_IMPORTS_WITHOUT_ARROW = ("automl_flow.tabular.session.preload_without_arrow",)
_SLOTS = 2  # fits at the same time in one process; more would wait for Python's lock too often


def make_workers(config: SearchConfig, X: Any) -> Runner:
    """Describe the workers of a search.

    Two fits share a process, so that libraries, rows and encodings are in memory once for both. In a short search
    the workers inherit libraries from a fork server, which the next search of this process finds there; in a long one
    they start by themselves, and there is no fork server.

    Args:
        config: Limits of the search.
        X: The table, as it was given: in a long search, workers do without Arrow where it needs none.
    """
    long = _is_long(config)
    imports = _IMPORTS_WITHOUT_ARROW if long and is_free_of_arrow(X) else _IMPORTS
    preload = () if long else _IMPORTS
    if config.time_left_for_this_task is not None and not BACKENDS.get(config.execution).is_warm():
        say_if_too_short(config.time_left_for_this_task, START_SECONDS)
    settings = RunnerSettings(config.workers(), config.threads, _SLOTS, preload, imports)
    return make_runner(config.execution, settings)


def _is_long(config: SearchConfig) -> bool:
    seconds = config.time_left_for_this_task
    return seconds is not None and seconds >= MIN_LONG_SECONDS and config.max_trials is None


@dataclass(frozen=True)
class SearchSession:
    """One search, from the first trial to the model.

    Attributes:
        problem: Training rows, folds and preprocessing.
        families: Families by name, usually ``models.FAMILIES.available()``.
        config: Limits and strategy.
        state: Folder of the journal; searching again in it resumes.
        runner: Workers that hold all this.
        progress: Notified about every trial.
    """

    problem: TabularProblem
    families: Mapping[str, ModelFamily]
    config: SearchConfig
    state: Path
    runner: Runner
    progress: Progress = field(default_factory=silent_progress)

    @property
    def store(self) -> ResultStore:
        """Predictions and fitted models."""
        return open_store(self.config.execution, results_folder(self.state))

    def broadcast(self) -> Self:
        """Let the workers hold the problem."""
        config, problem = self.config, self.problem
        if self.runner.settings.imports == _IMPORTS_WITHOUT_ARROW:
            problem = replace(problem, X=without_arrow_strings(problem.X))
        self.runner.broadcast(TrialContext(problem, self.families, self.store, config.seed, config.threads))
        release_memory()  # what planning has freed: from here on this process does little but wait
        if not _is_long(config):
            skops.prepare_in_background()
        return self


@contextmanager
def open_session(
    problem: TabularProblem,
    families: Mapping[str, ModelFamily],
    config: SearchConfig,
    state: Path,
    progress: Progress | None = None,
) -> Iterator[SearchSession]:
    """A session with workers of its own, which end with the block.

    Args:
        problem: The data.
        families: Usable families by name.
        config: Settings of the search.
        state: Folder of journals and trials.
        progress: Notified about every finished trial; ``None``: silent.
    """
    with make_workers(config, problem.X) as workers:
        yield SearchSession(problem, families, config, Path(state), workers, progress or silent_progress()).broadcast()
