"""The ask-and-tell loop: Optuna asks, workers evaluate, and trials do not depend on which worker evaluates them.

The order of events is fixed by trial numbers alone. Trial *n* is asked when exactly the trials up to *n - window* have
been told, and its sampler is created from a seed that depends on *n*. So neither the number of workers nor their speed
changes what is asked. Running a killed search again resumes it: asks are repeated, evaluations in the journal are not.
"""

from __future__ import annotations

import logging
import math
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import optuna
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import Trial, TrialState

from automl_flow.core.progress import Progress
from automl_flow.core.seeds import derive_seed
from automl_flow.execution.outcome import Limits, Outcome
from automl_flow.execution.runner import Handle, Runner
from automl_flow.study.budget import Budget, Clock
from automl_flow.study.journal import Journal
from automl_flow.study.parts import Parts, TrialRun
from automl_flow.study.trial import NO_TIME, TrialJob, TrialRecord, TrialResult

logger = logging.getLogger("automl_flow")
_GRACE_SECONDS = 30.0  # after a trial's deadline, by which the runner must have ended it
_WATCH_SECONDS = 0.5  # between calls of `Search.watch`

__all__ = ["Search", "StudyResult", "TrialRecord", "TrialResult", "run_study"]


@dataclass(frozen=True)
class StudyResult:
    """A finished search.

    Attributes:
        records: All trials that were told, by number.
        study: The Optuna study that holds them.
        interrupted: Whether the user stopped the search.
        spent: Seconds that it took.
        skip_trials: Trials that the search's clock ended or refused, in order. ``max_trials=len(records)`` with these
            skipped repeats the search exactly, without a limit in seconds.
    """

    records: tuple[TrialRecord, ...]
    study: Study
    interrupted: bool
    spent: float
    skip_trials: tuple[int, ...]


@dataclass(frozen=True)
class Search:
    """Space, sampler and objective of a search.

    Attributes:
        sampler: Creates the sampler of one trial from a seed.
        suggest: Draws parameters from a trial and returns the suggestion (picklable) for its job. Runs in this process.
        evaluate: ``(context, job) -> Evaluation`` in a worker, or the parts that a trial consists of.
        enqueue: Parameters of the first trials, tried before the sampler is asked.
        objectives: Number of losses that an evaluation returns; all are minimised.
        first: Number of the first trial.
        window: Maximum number of open trials; the result depends on it, unlike on the number of workers.
        refuse: Given the suggestion, returns why a trial is not worth running in any case, or ``None``.
        admit: Given the suggestion and the seconds left, returns why a trial should not start now, or ``None``. Called
            only if seconds are limited.
        label: Name of the search in progress reports.
        describe: Text of progress reports on a finished trial.
        watch: Called about twice a second while trials run, for example to report how far they are.
    """

    sampler: Callable[[int], BaseSampler]
    suggest: Callable[[Trial], Any]
    evaluate: Callable[[Any, TrialJob[Any]], TrialResult] | Parts[Any, Any]
    enqueue: Sequence[Mapping[str, Any]] = ()
    objectives: int = 1
    first: int = 0
    window: int = 4
    refuse: Callable[[Any], str | None] | None = None
    admit: Callable[[Any, float], str | None] | None = None
    label: str = "search"
    describe: Callable[[TrialRecord], str] = str
    watch: Callable[[], None] | None = None


def run_study(
    search: Search, *, runner: Runner, budget: Budget, clock: Clock, journal: Journal, progress: Progress
) -> StudyResult:
    """Search until a limit of *budget* is reached.

    Args:
        search: Space, sampler and objective.
        runner: Evaluates the trials.
        budget: Limits. At least one of ``max_trials`` and ``time_left_for_this_task`` must be set.
        clock: Counts the seconds of ``time_left_for_this_task``; trials still running at its end are killed.
        journal: Open journal; finished trials in it are not evaluated again.
        progress: Notified about every finished trial.

    Returns:
        The trials in order. Ctrl-C ends the search early and keeps the finished trials.
    """
    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    loop = _Loop(search, runner=runner, budget=budget, clock=clock, journal=journal, progress=progress)
    try:
        interrupted = loop.run()
    finally:
        optuna.logging.set_verbosity(level)
    return StudyResult(tuple(loop.records), loop.study, interrupted, clock.spent, tuple(sorted(loop.skipped)))


@dataclass(frozen=True)
class _Open:
    """A trial that has been asked and not yet told."""

    trial: Trial
    suggestion: Any


@dataclass(frozen=True)
class _Running:
    """A job of a trial.

    Attributes:
        run: The trial.
        part: Number of its part.
        until: ``time.monotonic()`` of its deadline; ``None`` is no deadline.
    """

    run: TrialRun
    part: int
    until: float | None


class _Loop:
    """The state of a running search."""

    def __init__(
        self, search: Search, *, runner: Runner, budget: Budget, clock: Clock, journal: Journal, progress: Progress
    ) -> None:
        self.search, self.runner, self.budget, self.clock = search, runner, budget, clock
        self.journal, self.progress = journal, progress
        self.study = optuna.create_study(directions=["minimize"] * search.objectives)
        self.records: list[TrialRecord] = []
        self.skipped: list[int] = []
        self._open: dict[int, _Open] = {}
        self._waiting: deque[int] = deque()
        self._begun: dict[int, TrialRun] = {}  # trials without an outcome, in the order of their numbers
        self._running: dict[Handle, _Running] = {}
        self._ended: dict[int, TrialRecord] = {}

    def run(self) -> bool:
        """Ask, evaluate and tell until the end; return whether the user interrupted."""
        self.progress.start(self.search.label, self.budget.max_trials)
        try:
            for _ in range(self.search.window):
                self._ask()
            while self._waiting or self._begun or self._next in self._ended:
                self._start()
                self._collect()
                self._tell()
        except KeyboardInterrupt:
            # Tell without asking again: trials that ended in order still count.
            while self._tell_next():
                pass
            self._drop_open()
            return True
        finally:
            for handle, job in self._running.items():
                if job.run.number in self._begun:  # else its result is no longer needed, and it ends by itself
                    handle.cancel()
            self.progress.finish()
        self._drop_open()
        return False

    @property
    def _next(self) -> int:
        """Number of the trial that is told next."""
        return self.search.first + len(self.records)

    def _ask(self) -> None:
        """Ask for one more trial, unless a limit forbids it."""
        place = len(self.records) + len(self._open)
        number, trials = self.search.first + place, self.budget.max_trials
        if (trials is not None and place >= trials) or self.clock.expired:
            return
        # A new sampler per trial: its randomness depends on the trial number alone. A shared one would carry state from
        # ask to ask, and a resumed search would diverge.
        self.study.sampler = self.search.sampler(derive_seed(self.budget.seed, "trial", number))
        if place < len(self.search.enqueue):
            self.study.enqueue_trial(dict(self.search.enqueue[place]))
        trial = self.study.ask()
        self._open[number] = _Open(trial, self.search.suggest(trial))
        self._queue(number, trial)

    def _queue(self, number: int, trial: Trial) -> None:
        """Queue the trial, unless its outcome is known already."""
        entry = self.journal.entries.get(number)
        refusal = None if self.search.refuse is None else self.search.refuse(self._open[number].suggestion)
        if refusal is not None:
            self._ended[number] = TrialRecord(number, trial.params, None, "failed", "budget", refusal)
        elif number in self.budget.skip_trials:
            self._skip(number)
        # Equal parameters prove that the repeated ask went as before; otherwise the journal entry is ignored.
        elif entry is not None and entry.get("params") == trial.params:
            self._ended[number] = TrialRecord.from_entry(entry)
        else:
            self._waiting.append(number)

    def _start(self) -> None:
        """Give jobs to free workers."""
        while len(self._running) < self.runner.settings.n_jobs:
            run = self._next_run()
            if run is None:
                return
            left = None if self.clock.seconds is None else self.clock.left
            ready = run.next_job(left)
            handle = self.runner.submit(ready.function, ready.job, ready.limits, ready.affinity)
            self._running[handle] = _Running(run, ready.part, self.clock.deadline)

    def _next_run(self) -> TrialRun | None:
        """The trial with the most useful job.

        The oldest trial comes first, because the next ask waits for it. Speculative jobs, whose trial may be pruned
        before they count, come after new trials.
        """
        runs = [run for run in self._begun.values() if run.has_job]
        useful = next((run for run in runs if not run.is_speculative), None)
        return useful or self._begin_next() or next(iter(runs), None)

    def _begin_next(self) -> TrialRun | None:
        """Begin the next waiting trial that is worth starting."""
        while self._waiting:
            number = self._waiting.popleft()
            suggestion = self._open[number].suggestion
            limits = Limits(self.budget.per_run_time_limit, self.budget.memory_limit)
            run = TrialRun(number, suggestion, self.search.evaluate, limits, self.runner.settings.n_jobs)
            refusal = self._refusal(suggestion, run.speedup)
            if refusal is None:
                self._begun[number] = run
                return run
            logger.debug("%s: trial %d %s", self.search.label, number, refusal)
            self._skip(number)
        return None

    def _refusal(self, suggestion: Any, speedup: float) -> str | None:
        """Return why a trial should not start now, or ``None``; *speedup* is its gain from parallel parts."""
        if self.clock.expired:
            return "not started: the time of the search is over"
        if self.search.admit is None or self.clock.seconds is None:
            return None
        return self.search.admit(suggestion, self.clock.left * speedup)

    def _skip(self, number: int) -> None:
        """Record a trial as ended by the clock, in the same words as a replay without a clock."""
        self.skipped.append(number)
        params = self._open[number].trial.params
        self._ended[number] = TrialRecord(number, params, None, "failed", "budget", NO_TIME)

    def _collect(self) -> None:
        """Wait for a worker, then record and journal what has ended."""
        # If the next trial has ended, tell it first: the ask that follows may give the workers more to do.
        if not self._running or self._next in self._ended:
            return
        self._wait()
        if self._patience() == 0:
            self._give_up()
        for handle in [handle for handle in self._running if handle.done]:
            job = self._running.pop(handle)
            outcome = handle.outcome()
            outcome.check_storage()
            job.run.add(job.part, outcome)
            if job.run.outcome is not None and job.run.number in self._begun:
                self._end(job.run.number, job.run.outcome)

    def _end(self, number: int, outcome: Outcome) -> None:
        """Record and journal the outcome of a trial."""
        del self._begun[number]
        record = TrialRecord.of_outcome(number, self._open[number].trial.params, outcome)
        if record.cause == "timeout" and self.clock.expired:
            # The search's clock ended it, not its own limit. It is not journaled: with more time it may finish.
            self._skip(number)
        else:
            self.journal.append(record.to_entry(self.clock.spent))
            self._ended[number] = record
        self.progress.advance(self.search.describe(self._ended[number]))

    def _wait(self) -> None:
        """Wait for a worker, or until the next deadline or call of `watch`."""
        patience = self._patience()
        if self.search.watch is None:
            self.runner.wait_any(self._running, patience)
            return
        self.runner.wait_any(self._running, min(_WATCH_SECONDS, math.inf if patience is None else patience))
        self.search.watch()

    def _patience(self) -> float | None:
        """Seconds until the first deadline plus grace, in case the runner fails to enforce it."""
        known = [job.until for job in self._running.values()]
        times = [until for until in known if until is not None]
        # One job without a deadline makes waiting unbounded: it may be the next to end.
        return max(0.0, min(times) + _GRACE_SECONDS - time.monotonic()) if len(times) == len(known) else None

    def _give_up(self) -> None:
        """Record trials as ended by the clock if the runner has failed to end them."""
        for handle in [handle for handle in self._running if not handle.done]:
            number = self._running.pop(handle).run.number
            handle.cancel()
            if self._begun.pop(number, None) is not None:
                self._skip(number)

    def _tell(self) -> None:
        """Tell trials in order of their numbers, and ask for a new one after each."""
        while self._tell_next():
            self._ask()

    def _tell_next(self) -> bool:
        """Tell the next trial, if it has ended."""
        number = self._next
        if number not in self._ended:
            return False
        record, item = self._ended.pop(number), self._open.pop(number)
        for step, value in sorted(record.intermediate.items()):
            item.trial.report(value, step)
        for key, value in record.attrs.items():
            item.trial.set_user_attr(key, value)
        self._tell_study(item.trial, record)
        self.records.append(record)
        return True

    def _tell_study(self, trial: Trial, record: TrialRecord) -> None:
        if record.state == "complete":
            self.study.tell(trial, record.values)
        else:
            self.study.tell(trial, state=TrialState.PRUNED if record.state == "pruned" else TrialState.FAIL)

    def _drop_open(self) -> None:
        """Fail trials that were asked and will never be told, so that none stays running in the study."""
        for item in self._open.values():
            self.study.tell(item.trial, state=TrialState.FAIL)
