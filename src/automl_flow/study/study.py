"""A search: Optuna asks, worker processes evaluate, and the trials do not depend on who evaluates them.

The order of events is fixed by trial numbers alone. Trial *n* is asked when the trials up to *n - window* have been
told and no others, and its sampler is made anew from a seed that depends on *n*. So neither the number of workers
nor their speed changes what is asked, and a search that was killed is resumed by running it again: asks are
repeated, and evaluations that the journal holds are not.
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
_GRACE_SECONDS = 30.0  # after the end of its time, in which a trial must have been ended
_WATCH_SECONDS = 0.5  # between looks at what running trials tell

__all__ = ["Search", "StudyResult", "TrialRecord", "TrialResult", "run_study"]


@dataclass(frozen=True)
class StudyResult:
    """A finished search.

    Attributes:
        records: All trials that were told, in the order of their numbers.
        study: The Optuna study that holds them.
        interrupted: The user stopped the search.
        spent: Seconds that it took.
        skip_trials: Trials that only the clock ended or refused, in order. ``max_trials=len(records)`` with these
            skipped repeats this search exactly, without a limit in seconds.
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
        sampler: Makes the sampler of one trial from a seed.
        suggest: Draws parameters from a trial and returns the suggestion (picklable) for its job. Runs in this process.
        evaluate: ``(context, job) -> Evaluation`` in a worker, or the parts that a trial consists of.
        enqueue: Parameters of the first trials, tried before the sampler is asked.
        objectives: Losses that an evaluation returns; all are minimised.
        first: Number of the first trial.
        window: How many trials may be open at once; part of what fixes the result, unlike the number of workers.
        refuse: Given the suggestion, says why a trial is not worth running whatever the time, or ``None``.
        admit: Given the suggestion and the seconds left, says why a trial should not be started now, or ``None``. Asked
            only where seconds are limited.
        label: What progress calls the search.
        describe: What progress says of a finished trial.
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
        runner: Where trials are evaluated.
        budget: Limits. At least one of ``max_trials`` and ``time_left_for_this_task`` must be set.
        clock: Counts the seconds of ``time_left_for_this_task``; what runs when it ends is killed.
        journal: Open journal; finished trials in it are not evaluated again.
        progress: Notified about every finished trial.

    Returns:
        The trials in order. Ctrl-C ends the search early and keeps what is done.
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
    """A trial that was asked and not yet told."""

    trial: Trial
    suggestion: Any


@dataclass(frozen=True)
class _Running:
    """A job of a trial.

    Attributes:
        run: The trial.
        part: Which of its parts.
        until: ``time.monotonic()`` at which it is over, whatever happens; ``None``: never.
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
            while self._tell_next():  # what has ended counts
                pass
            self._drop_open()
            return True
        finally:
            for handle, job in self._running.items():
                if job.run.number in self._begun:  # else it is of no use any more, and ends by itself
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
        # A new sampler per trial: its randomness depends on the trial's number alone, not on what was asked before.
        self.study.sampler = self.search.sampler(derive_seed(self.budget.seed, "trial", number))
        if place < len(self.search.enqueue):
            self.study.enqueue_trial(dict(self.search.enqueue[place]))
        trial = self.study.ask()
        self._open[number] = _Open(trial, self.search.suggest(trial))
        self._find_known(number, trial)

    def _find_known(self, number: int, trial: Trial) -> None:
        """Queue the trial, unless its outcome is known already."""
        entry = self.journal.entries.get(number)
        refusal = None if self.search.refuse is None else self.search.refuse(self._open[number].suggestion)
        if refusal is not None:
            self._ended[number] = TrialRecord(number, trial.params, None, "failed", "budget", refusal)
        elif number in self.budget.skip_trials:
            self._skip(number)
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
        """The trial that has the most useful job.

        The oldest trial comes first, because the next ask waits for it; but a job that may turn out to be of no use
        comes after a new trial.
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
        """Say why a trial should not be started now that is faster than one part after another by some factor."""
        if self.clock.expired:
            return "not started: the time of the search is over"
        if self.search.admit is None or self.clock.seconds is None:
            return None
        return self.search.admit(suggestion, self.clock.left * speedup)

    def _skip(self, number: int) -> None:
        """Count a trial as ended by the clock, in words that are the same when the search is replayed without one."""
        self.skipped.append(number)
        params = self._open[number].trial.params
        self._ended[number] = TrialRecord(number, params, None, "failed", "budget", NO_TIME)

    def _collect(self) -> None:
        """Wait for a worker, and keep and journal what ended."""
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
        """Keep and journal the outcome of a trial."""
        del self._begun[number]
        record = TrialRecord.of_outcome(number, self._open[number].trial.params, outcome)
        if record.cause == "timeout" and self.clock.expired:
            self._skip(number)  # the search's clock ended it, not its own limit
        else:
            self.journal.append(record.to_entry(self.clock.spent))
            self._ended[number] = record
        self.progress.advance(self.search.describe(self._ended[number]))

    def _wait(self) -> None:
        """Wait for a worker, not longer than until it is time to look around."""
        patience = self._patience()
        if self.search.watch is None:
            self.runner.wait_any(self._running, patience)
            return
        self.runner.wait_any(self._running, min(_WATCH_SECONDS, math.inf if patience is None else patience))
        self.search.watch()

    def _patience(self) -> float | None:
        """Seconds until a running trial should have ended, in case the runner does not enforce its limit."""
        known = [job.until for job in self._running.values()]
        times = [until for until in known if until is not None]
        return max(0.0, min(times) + _GRACE_SECONDS - time.monotonic()) if len(times) == len(known) else None

    def _give_up(self) -> None:
        """Count trials as ended by the clock that the runner should have ended long ago."""
        for handle in [handle for handle in self._running if not handle.done]:
            number = self._running.pop(handle).run.number
            handle.cancel()
            if self._begun.pop(number, None) is not None:
                self._skip(number)

    def _tell(self) -> None:
        """Tell trials in the order of their numbers; after each of them the next may be asked."""
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
        """Mark trials that were asked and will never be told, so that none stays running in the study."""
        for item in self._open.values():
            self.study.tell(item.trial, state=TrialState.FAIL)
