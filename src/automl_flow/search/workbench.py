"""What the steps of one search share: rows, settings, and workers that hold libraries and rows from step to step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from automl_flow.core.progress import Progress, silent_progress
from automl_flow.execution.local import LocalRunner
from automl_flow.search.config import SearchConfig
from automl_flow.search.family import ModelFamily
from automl_flow.search.objective import TrialContext
from automl_flow.search.problem import TabularProblem

_IMPORTS = ("automl_flow.search.preload",)
_LANES = 2  # fits at the same time in one process; more would wait for Python's lock too often
_LONG_SECONDS = 30.0  # of a search, from which less memory is worth a slower start of its workers


def make_workers(config: SearchConfig) -> LocalRunner:
    """Describe the workers of a search.

    Two fits share a process, so that libraries, rows and encodings are in memory once for both. In a short search
    the workers inherit libraries from the fork server, which the next search of this process finds there; in a long one
    they import them by themselves, and the fork server stays small.
    """
    seconds = config.time_left_for_this_task
    long = seconds is not None and seconds >= _LONG_SECONDS and config.max_trials is None
    return LocalRunner(
        n_jobs=config.n_jobs, threads=config.threads, lanes=_LANES, preload=() if long else _IMPORTS, imports=_IMPORTS
    )


@dataclass(frozen=True)
class Workbench:
    """One search, from the first trial to the model.

    Attributes:
        problem: Training rows, folds and preprocessing.
        families: Families by name, usually ``models.FAMILIES.available()``.
        config: Limits and strategy.
        state: Folder for the journal, predictions and fitted models; searching again in it resumes.
        runner: Workers that hold all this.
        progress: Told of every trial.
    """

    problem: TabularProblem
    families: Mapping[str, ModelFamily]
    config: SearchConfig
    state: Path
    runner: LocalRunner
    progress: Progress = field(default_factory=silent_progress)

    def hand_out(self) -> Self:
        """Let the workers hold the problem."""
        config = self.config
        self.runner.give(TrialContext(self.problem, self.families, self.state, config.seed, config.threads))
        return self


@contextmanager
def open_workbench(
    problem: TabularProblem,
    families: Mapping[str, ModelFamily],
    config: SearchConfig,
    state: Path,
    progress: Progress | None = None,
) -> Iterator[Workbench]:
    """A workbench with workers of its own, which end with the block."""
    with make_workers(config) as workers:
        yield Workbench(problem, families, config, Path(state), workers, progress or silent_progress()).hand_out()
