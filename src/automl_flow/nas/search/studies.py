"""The studies of a search: one per rung and one for the final training, each with its journal and its progress.

A study of one long job is followed through its epochs: the worker writes a line each into a file next to the journal.
The lines are only shown. No result is read from them, so a search that was killed resumes without them, and one whose
lines cannot be written continues in silence.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import optuna

from automl_flow.core.errors import ArtifactError
from automl_flow.core.progress import Progress
from automl_flow.execution.runner import Runner
from automl_flow.execution.store import ResultStore
from automl_flow.nas.search.config import NasConfig
from automl_flow.study.budget import Clock
from automl_flow.study.journal import Journal
from automl_flow.study.study import Search, StudyResult, run_study

_FILE = "epochs.txt"


def say_epoch(study: ResultStore, line: str) -> None:
    """Tell the process that follows *study* of one more epoch; called in the worker."""
    with contextlib.suppress(OSError):  # a full disk is the journal's to report
        study.append(_FILE, line.encode() + b"\n")


class EpochProgress:
    """Counts the epochs of a study's only trial, and its end as one more step, where the study counts trials."""

    def __init__(self, inner: Progress, epochs: int) -> None:
        """Report to *inner*; *epochs* is the most there can be."""
        self.inner, self.epochs = inner, epochs

    def start(self, label: str, total: int | None = None) -> None:  # noqa: ARG002 - of trials, and there is one
        """Begin with the first epoch."""
        self.inner.start(label, self.epochs + 1)

    def advance(self, message: str = "") -> None:
        """An epoch, or the trial, is done."""
        self.inner.advance(message)

    def note(self, message: str) -> None:
        """Say something that stays visible."""
        self.inner.note(message)

    def finish(self) -> None:
        """The trial has ended."""
        self.inner.finish()


class EpochFollower:
    """Reports the epochs that a running job tells of."""

    def __init__(self, study: ResultStore, progress: Progress) -> None:
        """Follow what :func:`say_epoch` writes into *study*; what an earlier search left there is removed."""
        self.progress, self._study = progress, study
        study.delete(_FILE)
        self._read = 0

    def report(self) -> None:
        """Report the lines that are new and whole."""
        try:
            content = self._study.get(_FILE)[self._read :]
        except ArtifactError:  # no epoch has ended yet
            return
        whole = content[: content.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.decode(errors="replace").splitlines():
            self.progress.advance(line)


@dataclass
class Studies:
    """Runs studies one after another.

    Attributes:
        runner: Where trials are evaluated.
        folder: Where each study has its journal.
        store: Results of the jobs, those of a study below its name.
        key: Hash of everything that results depend on.
        progress: Notified of every finished trial.
        interrupted: The user stopped one of them.
        cut: Names of the studies in which the clock ended or refused a trial.
        entries: Finished trials of the study that runs (or ran last), by number, as its journal has them.
    """

    runner: Runner
    folder: Path
    store: ResultStore
    key: str
    progress: Progress
    interrupted: bool = field(default=False, init=False)
    cut: set[str] = field(default_factory=set, init=False)
    entries: Mapping[int, Mapping[str, Any]] = field(default_factory=dict, init=False)

    def run(
        self, search: Search, config: NasConfig, clock: Clock, name: str, label: str, *, epochs: int = 0
    ) -> StudyResult:
        """Run a study in a journal of its own.

        Args:
            search: Suggestions and their evaluation.
            config: Limits.
            clock: Time of the study.
            name: Name of its journal.
            label: What the user sees.
            epochs: Epochs that its only trial reports with :func:`say_epoch`; 0 for a study of trials.
        """
        progress, watch = self.progress, None
        with Journal(self.folder / name, self.key).open() as journal:
            self.entries = journal.entries
            if epochs:
                progress = EpochProgress(progress, epochs)
                watch = EpochFollower(self.store.below(name), progress).report
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
