"""The search for an architecture: ask, train a little, promote, train the winner on everything."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import optuna

from automl_flow.core.errors import BudgetError
from automl_flow.core.progress import Progress
from automl_flow.execution.backends import BACKENDS, make_runner
from automl_flow.execution.runner import RunnerSettings
from automl_flow.nas.network.model import NetworkModel
from automl_flow.nas.problem import NasProblem
from automl_flow.nas.search import objective
from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.constraints import Ledger
from automl_flow.nas.search.final_training import train_winner
from automl_flow.nas.search.first import plain_network
from automl_flow.nas.search.first_rung import FirstRung
from automl_flow.nas.search.notes import WHOLE, notes_of, nothing_trained
from automl_flow.nas.search.one_standard_error import REFERENCE, surest
from automl_flow.nas.search.result import NasResult, front
from automl_flow.nas.search.runtime_model import Pace
from automl_flow.nas.search.setup import Setting, make_setting
from automl_flow.nas.search.studies import Studies, enqueued_only
from automl_flow.nas.search.successive_halving import (
    AGAIN,
    MOST_PROMOTED,
    describe,
    epochs_of,
    merged,
    promoted,
    ranked,
    rungs,
)
from automl_flow.nas.search.warm_start import agreement, candidates, screening
from automl_flow.study.budget import Clock, say_if_too_short
from automl_flow.study.journal import Journal, check_folder, results_folder
from automl_flow.study.study import Search
from automl_flow.study.trial import TrialRecord

SEARCH_SHARE = 0.5  # of the time; the rest is for the final training
FIRST_RUNG_SHARE = 0.6  # of the time of the search
_START_SECONDS = 4.0  # until a worker has imported torch, on a machine of 2026
_PRELOAD = ("pandas", "sklearn.base", "torch")
ONE_SHOT_SHARE = 0.5  # of the time of the first rung
LAST_RESORT = 0.8  # of the time that is left, for the reference network, where no trial was finished in time
MOST_JOBS = MOST_PROMOTED + 1  # trials that can be open at once
SCREENED = 4  # one trial in so many begins where the proxies point
_LABELS = {  # of the studies that train given architectures, as people see them
    "best ones": "promoted architectures",
    "finalists again": "finalists, trained again",
    "reference network": "reference network",
}


def search_architecture(
    problem: NasProblem, config: NasConfig, state: Path, progress: Progress, *, clock: Clock | None = None
) -> NasResult:
    """Search for an architecture and train it.

    The same problem and settings give the same trials and the same network for any number of workers, in one go or
    resumed, as long as no limit in seconds cuts in.

    Args:
        problem: Samples, target, metric, and who trains on what.
        config: Space, strategy and limits.
        state: Folder of journals and checkpoints. Searching again in it resumes; other data or settings start afresh.
        progress: Told of every finished trial.
        clock: Counts ``time_left_for_this_task``, where that has begun before this call.

    Raises:
        ConfigError: An unknown space, option, strategy or operation, or a strategy that the space is not for.
        BudgetError: No network could be trained; the message has the causes, and what to change.
        KeyboardInterrupt: The user stopped it before there was a network; what has finished is kept.
        StorageError: The folder cannot be written to, or what lies there under the names of ours is not ours.
    """
    clock = clock or Clock(config.time_left_for_this_task)
    check_folder(state)  # before anything takes long
    setting = make_setting(problem, config, results_folder(state))
    if clock.seconds is not None and not BACKENDS.get(config.execution).is_warm():
        say_if_too_short(clock.left, _START_SECONDS)
    config = config.model_copy(update={"n_jobs": config.workers(MOST_JOBS)})
    # The outer journal has no trials: it holds the folder for this search and empties it of an older one.
    whole = Journal(state, setting.key)
    workers = RunnerSettings(config.n_jobs, preload=_PRELOAD)
    with whole.open(), make_runner(config.execution, workers) as runner:
        runner.broadcast(setting.arena)
        studies = Studies(runner, setting.arena.folder, setting.key, progress)
        return _Run(problem, config, setting, studies).run(clock)


class _Run:
    """A running search; its methods are the steps, in order."""

    def __init__(self, problem: NasProblem, config: NasConfig, setting: Setting, studies: Studies) -> None:
        self.problem, self.config, self.setting, self.studies = problem, config, setting, studies
        self.arena, self.space = setting.arena, setting.space
        self.ledger = Ledger(setting.space, setting.arena.shape, config, setting.samples, setting.batch)
        self.pace = Pace(self.ledger, config.epochs)
        self.stops = rungs(config.epochs, config.reduction if setting.rungs else 1)
        self.first_rung = FirstRung(
            setting=setting,
            config=config,
            studies=studies,
            ledger=self.ledger,
            pace=self.pace,
            stop=self.stops[0],
            final_seconds=(1.0 - SEARCH_SHARE) * (config.time_left_for_this_task or math.inf),
        )
        self.skipped: tuple[int, ...] = ()
        reference, others = plain_network(self.ledger), setting.first
        allowed = [architecture for architecture in others if self.ledger.objection(architecture) is None]
        unique = {architecture.key: architecture for architecture in (reference, *allowed)}
        self.first = [dict(architecture.params) for architecture in unique.values()]
        self.one_shot: dict[str, Any] = {}
        self.continued: dict[str, list[int]] = {}  # trials that were trained on, by study
        self.last_resort = False
        self.exact = True  # whether the clock has decided nothing that a replay does not repeat

    def run(self, clock: Clock) -> NasResult:
        """Search, promote, train."""
        share = FIRST_RUNG_SHARE if len(self.stops) > 1 else 1.0
        self._screen(self._share(clock, share * ONE_SHOT_SHARE))
        self._propose(self._share(clock, share * ONE_SHOT_SHARE))
        records = self._draw(self._share(clock, share))
        for stop in self.stops[1:]:
            records = self._next_rung(records, stop, self._share(clock, 1.0))
        order = ranked(records)
        if not order and clock.seconds is not None and not self.studies.interrupted:
            later = self._reference_only(Clock(LAST_RESORT * clock.left))
            records = merged(records, later, [REFERENCE]) if records else later
            order = ranked(records)
        if not order:
            if self.studies.interrupted:
                raise KeyboardInterrupt
            raise BudgetError(nothing_trained(records))
        best, choice = self._choose(order, self._share(clock, 1.0))
        network = train_winner(self.studies, self.setting, self.problem, config=self.config, best=best, clock=clock)
        return NasResult(
            records=tuple(records),
            best=best.number,
            metric=self.arena.scorer,
            choice=choice,
            architecture=network.architecture,
            network=network,
            oof=np.load(self.arena.predictions(best.number), allow_pickle=False),
            rows=np.concatenate([round_.rows for round_ in self.arena.rounds]),
            strategy=self.setting.strategy,
            why=self.setting.why,
            front=front(records),
            proxies=agreement(records),
            one_shot=self.one_shot,
            reproduce=self._reproduce(records, network),
            interrupted=self.studies.interrupted,
            notes=notes_of(
                records,
                best,
                config=self.config,
                facts=network.facts,
                interrupted=self.studies.interrupted,
                last_resort=self.last_resort,
            ),
        )

    def _reproduce(self, records: Sequence[TrialRecord], network: NetworkModel) -> dict[str, Any]:
        """Settings that repeat this search without a clock, and whether they do so to the letter."""
        stage, whole = self.setting.one_shot, network.facts["trained_on"] == WHOLE
        exact = self.exact and whole and self.studies.cut <= {self.first_rung.name, *self.continued}
        settings = {
            "stop_after": len(records),
            "skip_trials": list(self.skipped),
            "continued": self.continued,
            "exact": exact,
        }
        if whole:
            settings["final_epochs"] = network.facts["epochs"]
        return settings if stage is None else settings | stage.reproduce(self.one_shot, self.setting.sampler)

    def _share(self, clock: Clock, share: float) -> Clock:
        """A clock that ends when the search has used its share of the time."""
        if clock.seconds is None:
            return Clock(None)
        return Clock(max(0.01, clock.seconds * SEARCH_SHARE * share - clock.spent))

    def _screen(self, clock: Clock) -> None:
        """Let zero-cost proxies name architectures, to be tried after the plain reference network."""
        trials = self.config.max_trials or SCREENED
        if self.config.screen == 0 or trials <= len(self.first):
            return
        drawn = candidates(self.space, self.arena.shape, self.config.screen, self.arena.seed, self.ledger.acceptable)
        config = self.config.model_copy(update={"max_trials": 1, "skip_trials": ()})
        records = self.studies.run(screening(drawn), config, clock, "screen", "zero-cost proxies").records
        if drawn and records and records[0].state == "complete":
            best = records[0].attrs["order"][: max(1, trials // SCREENED)]
            self.first += [dict(drawn[position].params) for position in best]

    def _choose(self, order: list[TrialRecord], clock: Clock) -> tuple[TrialRecord, str]:
        """The winner, and why it won."""
        best = self._confirm(order, clock)
        first = order[0].number
        choice = "it had the best score"
        if best.number != first:
            choice = f"its mean score of two trainings was better than that of trial {first}, the best at first"
        if self.problem.folds or len(self.arena.rounds) == 1:
            return best, choice
        # All samples judge in turn, because they are few or because the user wants to be sure.
        sure = surest(self.arena, order, best)
        if sure.number != best.number:
            samples = len(self.arena.judges[0])
            choice = f"trial {best.number} was not ahead of it by a standard error on {samples} samples"
        return sure, choice

    def _confirm(self, order: list[TrialRecord], clock: Clock) -> TrialRecord:
        """Train the finalists anew from other seeds, and let the mean of both results decide between them."""
        chosen = [r for r in order[: self.config.finalists] if r.attrs["epochs"] == self.stops[-1]]
        if len(chosen) < 2 or self.studies.interrupted:
            return order[0]
        numbers = [AGAIN + record.number for record in chosen]
        params = [dict(record.params) for record in chosen]
        again = {numbers[r.number]: r for r in self._train(params, numbers, self.stops[-1], clock, "finalists again")}

        def mean(record: TrialRecord) -> tuple[float, int]:
            values = [r.values[0] for r in (record, again.get(AGAIN + record.number)) if r is not None and r.values]
            return (sum(values) / len(values), record.number)

        return min(chosen, key=mean)

    def _propose(self, clock: Clock) -> None:
        """Let a one-shot strategy name architectures, to be tried right after the plain reference network."""
        stage = self.setting.one_shot
        if stage is None:
            return
        self.one_shot = stage.run(self.studies, self.config, clock)
        known = {architecture.key for architecture in self.setting.first}
        named = [self.space.architecture(c["params"], self.arena.shape) for c in self.one_shot["candidates"]]
        fresh = [dict(a.params) for a in named if a.key not in known and self.ledger.objection(a) is None]
        self.first = self.first[:1] + fresh + self.first[1:]

    def _draw(self, clock: Clock) -> list[TrialRecord]:
        """The search proper: every trial trains up to the first rung."""
        if self.studies.interrupted:
            return []
        result = self.first_rung.run(self.first, clock)
        self.skipped = result.skip_trials
        return list(result.records)

    def _next_rung(self, records: list[TrialRecord], stop: int, clock: Clock) -> list[TrialRecord]:
        """Train the best trials on, up to epoch *stop*."""
        if self.studies.interrupted:
            return records
        wanted = promoted(records, self.config.reduction)
        chosen = self.pace.affordable(wanted, stop, clock, self.config.n_jobs)
        numbers = [record.number for record in chosen]
        later = self._train([dict(record.params) for record in chosen], numbers, stop, clock, "best ones")
        return merged(records, later, numbers)

    def _reference_only(self, clock: Clock) -> list[TrialRecord]:
        """One epoch of the plain reference network: what there is when the time was too short for anything else."""
        if self.ledger.objection(self.space.architecture(self.first[0], self.arena.shape)) is not None:
            return []
        self.exact, self.last_resort = False, True
        return self._train(self.first[:1], [REFERENCE], 1, clock, "reference network")

    def _train(
        self, params: list[dict[str, Any]], numbers: list[int], stop: int, clock: Clock, label: str
    ) -> list[TrialRecord]:
        """Train given architectures up to epoch *stop*, each as the trial of its number.

        Returns:
            Records numbered by position in *numbers*. A replay trains those alone that were trained in time.
        """
        name = f"{label.replace(' ', '-')}-{stop}"
        known = self.config.continued.get(name, numbers)
        places = [place for place, number in enumerate(numbers) if number in known]
        self.continued[name] = []
        if not places:
            return []

        def suggest(asked: optuna.trial.Trial) -> dict[str, Any]:
            architecture = self.space.suggest(asked, self.arena.shape)
            return {"params": dict(architecture.params), "trial": numbers[places[asked.number]], "stop": stop}

        search = Search(
            objectives=1 + len(self.config.objectives),
            sampler=enqueued_only,
            suggest=suggest,
            evaluate=objective.evaluate,
            enqueue=[params[place] for place in places],
            window=len(places),
            describe=lambda record: describe(replace(record, number=numbers[places[record.number]]), self.arena.scorer),
        )
        config = self.config.model_copy(update={"max_trials": len(places), "skip_trials": ()})
        found = self.studies.run(search, config, clock, name, f"{_LABELS[label]}, {epochs_of(stop)}").records
        self.continued[name] = [numbers[places[record.number]] for record in found if record.state == "complete"]
        return [replace(record, number=places[record.number]) for record in found]
