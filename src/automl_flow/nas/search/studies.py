"""The studies that a search consists of: one per rung and one for the final training, each with its journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import optuna

from automl_flow.core.progress import Progress
from automl_flow.execution.runner import Runner
from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.epoch_progress import EpochFollower, EpochProgress
from automl_flow.study.budget import Clock
from automl_flow.study.journal import Journal
from automl_flow.study.study import Search, StudyResult, run_study


@dataclass
class Studies:
    """Runs studies one after another.

    Attributes:
        runner: Where trials are evaluated.
        folder: Where each study has its journal.
        key: Hash of everything that results depend on.
        progress: Told of every finished trial.
        interrupted: The user stopped one of them.
        cut: Names of the studies in which the clock ended or refused a trial.
        entries: Finished trials of the study that runs (or ran last), by number, as its journal has them.
    """

    runner: Runner
    folder: Path
    key: str
    progress: Progress
    interrupted: bool = field(default=False, init=False)
    cut: set[str] = field(default_factory=set, init=False)
    entries: Mapping[int, Mapping[str, Any]] = field(default_factory=dict, init=False)

    def run(
        self, search: Search, config: NasConfig, clock: Clock, name: str, label: str, *, epochs: int = 0
    ) -> StudyResult:
        """Run *search* with the journal *name*; *label* is what the user sees.

        A study of one trial that tells of its *epochs* (see :mod:`automl_flow.nas.search.epoch_progress`) is followed
        through them.
        """
        progress, watch = self.progress, None
        with Journal(self.folder / name, self.key).open() as journal:
            self.entries = journal.entries
            if epochs:
                progress = EpochProgress(progress, epochs)
                watch = EpochFollower(journal.folder, progress).report
            named = replace(search, label=label, watch=watch)
            result = run_study(
                named, runner=self.runner, budget=config, clock=clock, journal=journal, progress=progress
            )
        if result.skip_trials:
            self.cut.add(name)
        self.interrupted = self.interrupted or result.interrupted
        return result


def enqueued_only(seed: int) -> optuna.samplers.BaseSampler:
    """The sampler of a study whose trials are all enqueued."""
    return optuna.samplers.RandomSampler(seed=seed)
