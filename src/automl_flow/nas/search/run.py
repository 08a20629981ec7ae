"""Architecture search: propose, train briefly, promote, train the winner on all samples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from automl_flow.core.errors import BudgetError
from automl_flow.core.progress import Progress
from automl_flow.execution.backends import BACKENDS, make_runner, open_store
from automl_flow.execution.runner import RunnerSettings
from automl_flow.nas.network.model import NetworkModel
from automl_flow.nas.problem import NasProblem
from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.constraints import reference_under_caps
from automl_flow.nas.search.final_training import WHOLE, train_winner
from automl_flow.nas.search.objective import NetworkFacts, Suggestion
from automl_flow.nas.search.one_shot_stage import OneShotOutcome
from automl_flow.nas.search.result import NasResult, front, notes_of, nothing_trained
from automl_flow.nas.search.schedule import FALLBACK_FRACTION, START_SECONDS
from automl_flow.nas.search.selection import best_mean, one_standard_error
from automl_flow.nas.search.setup import SearchSetup, make_setup
from automl_flow.nas.search.studies import Studies
from automl_flow.nas.search.successive_halving import (
    MAX_OPEN_TRIALS,
    REFERENCE,
    FirstRung,
    LaterTrainings,
    merged,
    promoted,
    ranked,
)
from automl_flow.nas.search.warm_start import ProxyRanking, agreement, draw_candidates, screening
from automl_flow.nas.spaces.base import Architecture
from automl_flow.study.budget import Clock, say_if_too_short
from automl_flow.study.journal import Journal, check_folder, results_folder
from automl_flow.study.schedule import Timeline, log_plan, log_timeline
from automl_flow.study.trial import TrialRecord

_PRELOAD = ("pandas", "sklearn.base", "torch")
TRIALS_PER_CANDIDATE = 4  # one trial in four is proposed by the zero-cost proxies


def search_architecture(
    problem: NasProblem, config: NasConfig, state: Path, progress: Progress, *, clock: Clock | None = None
) -> NasResult:
    """Search for an architecture and train it.

    The same problem and settings give the same trials and network for any number of workers, resumed or not, unless a
    limit in seconds takes effect.

    Args:
        problem: Samples, target, metric, and folds or validation split.
        config: Space, strategy and limits.
        state: Folder of journals and checkpoints. Searching again in it resumes; other data or settings start afresh.
        progress: Notified about every finished trial.
        clock: Clock of ``time_left_for_this_task`` if it was started before this call.

    Raises:
        ConfigError: An unknown space, option, strategy or operation, or a strategy that does not suit the space.
        BudgetError: No network could be trained; the message lists the causes, and what to change.
        KeyboardInterrupt: The user stopped the search before there was a network; finished trials are kept.
        StorageError: The folder is not writable, or foreign files have the names that the search needs.
    """
    clock = clock or Clock(config.time_left_for_this_task)
    check_folder(state)  # fail early, before anything takes long
    config = config.model_copy(update={"n_jobs": config.workers(MAX_OPEN_TRIALS)})
    setup = make_setup(problem, config, open_store(config.execution, results_folder(state)))
    timeline = Timeline(setup.schedule.phases(), clock)
    log_plan(timeline.rows())
    if clock.seconds is not None and not BACKENDS.get(config.execution).is_warm():
        say_if_too_short(clock.left, START_SECONDS)
    # The outer journal has no trials: it locks the folder for this search and clears an older search's results.
    whole = Journal(state, setup.key)
    workers = RunnerSettings(config.n_jobs, preload=_PRELOAD)
    with whole.open(), make_runner(config.execution, workers) as runner:
        runner.broadcast(setup.context)
        studies = Studies(runner, results_folder(state), setup.context.store, setup.key, progress)
        return _Run(setup, studies, clock, timeline).run()


class _Run:
    """A running search; its methods are the steps, in order."""

    def __init__(self, setup: SearchSetup, studies: Studies, clock: Clock, timeline: Timeline) -> None:
        self.setup, self.studies, self.clock, self.timeline = setup, studies, clock, timeline
        self.first_rung = FirstRung(setup, studies)
        self.later = LaterTrainings(setup, studies)
        self.skipped: tuple[int, ...] = ()
        self.first = self._known()
        self.one_shot: OneShotOutcome | None = None
        self.fallback = False  # whether only the reference network was trained, for lack of time

    def run(self) -> NasResult:
        """Run all phases: propose, train, promote, train the winner."""
        if self.setup.schedule.warm_start > 0:
            self.timeline.enter("warm start")
            self._rank_by_proxies()
            self._search_one_shot()
        self.timeline.enter("first rung")
        records = self._draw()
        if len(self.setup.rungs) > 1:
            self.timeline.enter("later rungs")
        for epochs in self.setup.rungs[1:]:
            records = self._next_rung(records, epochs)
        records, order = self._with_fallback(records)
        best, choice = self._choose(order)
        self.timeline.enter("final training")
        network = train_winner(self.setup, self.studies, best, self.clock)
        self.timeline.enter("reserve")
        return self._result(records, best, choice, network)

    def _result(
        self, records: Sequence[TrialRecord], best: TrialRecord, choice: str, network: NetworkModel
    ) -> NasResult:
        """Assemble the result.

        Args:
            records: All trials.
            best: The winner.
            choice: Why it won.
            network: The trained network.
        """
        setup, context, interrupted = self.setup, self.setup.context, self.studies.interrupted
        facts = network.facts
        notes = notes_of(
            records, best, config=setup.config, facts=facts, interrupted=interrupted, last_resort=self.fallback
        )
        timeline = self.timeline.rows()
        log_timeline(timeline)
        return NasResult(
            records=tuple(records),
            best=best.number,
            metric=context.scorer,
            choice=choice,
            architecture=network.architecture,
            network=network,
            oof=context.read_predictions(best.number),
            rows=np.concatenate([fold.rows for fold in context.folds]),
            strategy=setup.strategy,
            reason=setup.reason,
            front=front(records),
            proxies=agreement(records),
            one_shot={} if self.one_shot is None else self.one_shot.to_document(),
            reproduce=self._reproduce(records, network),
            interrupted=interrupted,
            timeline=timeline,
            notes=notes,
        )

    def _reproduce(self, records: Sequence[TrialRecord], network: NetworkModel) -> dict[str, Any]:
        """Settings that repeat this search without a clock, and whether they do so exactly."""
        stage, whole = self.setup.one_shot, network.facts["trained_on"] == WHOLE
        # A replay repeats cut trials of the first rung and the continued trainings; any other cut one finishes there.
        repeatable = {self.first_rung.name, *self.later.continued}
        settings = {
            "stop_after": len(records),
            "skip_trials": list(self.skipped),
            "continued": self.later.continued,
            "exact": whole and not self.fallback and self.studies.cut <= repeatable,
        }
        if whole:
            settings["final_epochs"] = network.facts["epochs"]
        if stage is None or self.one_shot is None:
            return settings
        return settings | stage.reproduce(self.one_shot, self.setup.sampler)

    def _known(self) -> list[Architecture]:
        """Architectures known to be good: the reference network, then those of the space that meet the constraints."""
        constraints = self.setup.constraints
        allowed = [architecture for architecture in self.setup.known if constraints.violation(architecture) is None]
        unique = {architecture.key: architecture for architecture in (reference_under_caps(constraints), *allowed)}
        return list(unique.values())

    def _rank_by_proxies(self) -> None:
        """Let zero-cost proxies propose architectures, to be tried after the known ones."""
        setup, config = self.setup, self.setup.config
        trials = config.max_trials or TRIALS_PER_CANDIDATE
        if config.proxy_candidates == 0 or trials <= len(self.first):
            return
        drawn = draw_candidates(
            setup.space, setup.shape, config.proxy_candidates, config.seed, setup.constraints.acceptable
        )
        # Scoring all candidates is one job; the user's limit and skipped numbers refer to real trials.
        alone = config.model_copy(update={"max_trials": 1, "skip_trials": ()})
        clock = setup.schedule.clock("warm_start", self.clock)
        records = self.studies.run(screening(drawn), alone, clock, "screen", "zero-cost proxies").records
        if drawn and records and records[0].state == "complete":
            best = ProxyRanking(**records[0].attrs).order[: max(1, trials // TRIALS_PER_CANDIDATE)]
            self.first += [drawn[position] for position in best]

    def _search_one_shot(self) -> None:
        """Let a one-shot strategy propose architectures, to be tried right after the reference network."""
        setup = self.setup
        if setup.one_shot is None:
            return
        self.one_shot = setup.one_shot.run(self.studies, setup.config, setup.schedule.clock("warm_start", self.clock))
        known = {architecture.key for architecture in setup.known}
        named = [setup.space.architecture(c.params, setup.shape) for c in self.one_shot.candidates]
        fresh = [a for a in named if a.key not in known and setup.constraints.violation(a) is None]
        self.first = self.first[:1] + fresh + self.first[1:]

    def _draw(self) -> list[TrialRecord]:
        """Run the trials up to the first rung."""
        if self.studies.interrupted:
            return []
        result = self.first_rung.run(self.first, self.setup.schedule.clock("first_rung", self.clock))
        self.skipped = result.skip_trials
        return list(result.records)

    def _next_rung(self, records: list[TrialRecord], epochs: int) -> list[TrialRecord]:
        """Promote the best trials: train them up to *epochs*."""
        if self.studies.interrupted:
            return records
        setup, clock = self.setup, self.setup.schedule.clock("later_rungs", self.clock)
        wanted = promoted(records, setup.config.reduction_factor)
        # Promote only as many as the clock allows: a training cut short cannot be compared at this rung.
        chosen = setup.runtime.affordable(wanted, epochs, clock, setup.config.n_jobs)
        suggestions = [Suggestion(self._architecture(record), record.number, epochs) for record in chosen]
        return merged(records, self.later.run(suggestions, clock, "promoted architectures"))

    def _with_fallback(self, records: list[TrialRecord]) -> tuple[list[TrialRecord], list[TrialRecord]]:
        """All trials, and the trained ones best first; if none finished in time, the reference network's."""
        order = ranked(records)
        if not order and self.clock.seconds is not None and not self.studies.interrupted:
            # One epoch of a small network beats no network; the rest of the time is for its final training.
            later = self._train_reference(Clock(FALLBACK_FRACTION * self.clock.left))
            records = merged(records, later) if records else later
            order = ranked(records)
        if not order:
            if self.studies.interrupted:
                raise KeyboardInterrupt
            raise BudgetError(nothing_trained(records))
        return records, order

    def _train_reference(self, clock: Clock) -> list[TrialRecord]:
        """Train the reference network for one epoch."""
        reference = self.first[0]
        if self.setup.constraints.violation(reference) is not None:
            return []
        self.fallback = True
        return self.later.run([Suggestion(reference, REFERENCE, 1)], clock, "reference network")

    def _choose(self, order: list[TrialRecord]) -> tuple[TrialRecord, str]:
        """The winner among *order* (best first), and why it won."""
        best = self._confirm(order)
        first = order[0].number
        choice = "it had the best score"
        if best.number != first:
            choice = f"its mean score of two trainings was better than that of trial {first}, the best at first"
        context = self.setup.context
        if self.setup.problem.folds or len(context.folds) == 1:
            return best, choice
        # Every sample validates once: samples are few, or the user asked for folds. Then a small lead may be luck.
        sure = one_standard_error(context, order, best)
        if sure.number != best.number:
            samples = len(context.validation[0])
            choice = f"trial {best.number} was not ahead of it by a standard error on {samples} samples"
        return sure, choice

    def _confirm(self, order: list[TrialRecord]) -> TrialRecord:
        """Train the finalists again from other seeds, and pick the best mean of both results."""
        setup, epochs = self.setup, self.setup.rungs[-1]
        best = order[: setup.config.finalists]
        # Trials that the clock kept from the last rung have fewer epochs, so their scores are not comparable.
        chosen = [record for record in best if (facts := NetworkFacts.of(record)) and facts.epochs == epochs]
        if len(chosen) < 2 or self.studies.interrupted:
            return order[0]
        suggestions = [Suggestion(self._architecture(record), record.number, epochs, repeat=1) for record in chosen]
        clock = setup.schedule.clock("later_rungs", self.clock)
        return best_mean(chosen, self.later.run(suggestions, clock, "finalists, trained again"))

    def _architecture(self, record: TrialRecord) -> Architecture:
        return self.setup.space.architecture(record.params, self.setup.shape)
