"""Successive halving over epochs: every trial trains a little, the best continue from where they stopped.

Jamieson and Talwalkar 2016. The reference network always continues, so that what wins has beaten it at full length.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import optuna

from automl_flow.nas.samplers.deduplication import DeduplicatingSampler, make_sampler
from automl_flow.nas.search import objective
from automl_flow.nas.search.context import SearchContext
from automl_flow.nas.search.objective import Duplicate, NetworkFacts, Suggestion
from automl_flow.nas.search.runtime_model import TrainingAdmission
from automl_flow.nas.search.setup import SearchSetup
from automl_flow.nas.search.studies import Studies, enqueued_only
from automl_flow.nas.spaces.base import Architecture
from automl_flow.study.budget import Clock
from automl_flow.study.study import Search, StudyResult
from automl_flow.study.trial import TrialRecord
from automl_flow.tasks.metrics import Metric

MAX_PROMOTED = 8  # trials that continue, which also bounds the checkpoints on disk
MAX_OPEN_TRIALS = MAX_PROMOTED + 1
WINDOW = 4  # trials of the first rung that are open at once; part of what fixes the result
REFERENCE = 0  # number of the reference network's trial


def ranked(records: Iterable[TrialRecord]) -> list[TrialRecord]:
    """Trained trials, best first: those that trained longest, then by loss, tie-break loss and number."""
    found = [(record, facts) for record in records if (facts := NetworkFacts.of(record)) is not None]

    def order(pair: tuple[TrialRecord, NetworkFacts]) -> tuple[float, float, float, int]:
        record, facts = pair
        return (-facts.epochs, (record.values or (0.0,))[0], facts.tie_break_loss, record.number)

    return [record for record, _ in sorted(found, key=order)]


def promoted(records: Sequence[TrialRecord], reduction: int) -> list[TrialRecord]:
    """The trials that continue: one in *reduction*, at least two, and the reference network."""
    order = ranked(records)
    best = order[: min(MAX_PROMOTED, max(2, math.ceil(len(order) / reduction)))]
    return best + [record for record in order if record.number == REFERENCE and record not in best]


def merged(records: Sequence[TrialRecord], later: Iterable[TrialRecord]) -> list[TrialRecord]:
    """Records with the results of a later rung under the same numbers.

    A continuation that failed leaves its trial as it was.
    """
    by_number = {record.number: record for record in records}
    for record in later:
        if record.state == "complete":
            before = by_number[record.number]
            seconds, peak = before.seconds + record.seconds, max(before.peak_mb, record.peak_mb)
            by_number[record.number] = replace(record, seconds=seconds, peak_mb=peak)
    return [by_number[number] for number in sorted(by_number)]


def describe(record: TrialRecord, metric: Metric, *, again: bool = False) -> str:
    """Progress line of a trial of any rung: its number in the search, its score, and further objectives.

    Args:
        record: The trial.
        metric: Turns its loss into a score.
        again: Whether it was trained again, from another seed.
    """
    named = f"trial {record.number}" + (" again" if again else "")
    if "duplicate_of" in record.attrs:
        return f"{named}: the same network as trial {record.attrs['duplicate_of']}"
    if record.values is None:
        return f"{named} {record.state}: {record.cause or ''}"
    shown = (metric.from_loss(record.values[0]), *record.values[1:])
    return f"{named}: {', '.join(f'{value:.5g}' for value in shown)}"


def epochs_of(epochs: int) -> str:
    """A number of epochs in words."""
    return f"{epochs} epoch{'' if epochs == 1 else 's'}"


def discard(context: SearchContext, keep: Iterable[int], numbers: Iterable[int]) -> None:
    """Remove the checkpoints of the trials *numbers* except those to *keep*; predictions stay: they are small."""
    kept = set(keep)
    for number in numbers:
        if number not in kept:
            for part in range(len(context.folds)):
                context.checkpoint(number, part).delete()


@dataclass(frozen=True)
class FirstRung:
    """The trials that draw architectures, each trained up to the first comparison.

    Attributes:
        setup: Space, sampler, constraints, and what the workers know.
        studies: Where it runs.
    """

    setup: SearchSetup
    studies: Studies

    @property
    def epochs(self) -> int:
        """Epochs of a trial."""
        return self.setup.rungs[0]

    @property
    def name(self) -> str:
        """Name of its study."""
        return f"rung-{self.epochs}"

    def run(self, first: Sequence[Architecture], clock: Clock) -> StudyResult:
        """Train the architectures *first*, then those that the sampler draws."""
        setup = self.setup
        parameters = setup.space.parameters(setup.shape)

        def sampler(seed: int) -> optuna.samplers.BaseSampler:
            return DeduplicatingSampler(self._make_sampler, seed, parameters, setup.constraints.acceptable)

        search = Search(
            sampler=sampler,
            suggest=self._suggest,
            evaluate=objective.evaluate,
            enqueue=[dict(architecture.params) for architecture in first],
            objectives=setup.objectives,
            window=WINDOW,
            refuse=lambda suggestion: suggestion.refusal,
            admit=self._admission(clock),
            describe=partial(describe, metric=setup.context.scorer),
        )
        config = setup.config.model_copy(update={"max_trials": setup.config.last_trial})
        return self.studies.run(search, config, clock, self.name, f"architecture search, {epochs_of(self.epochs)}")

    def _make_sampler(self, seed: int) -> optuna.samplers.BaseSampler:
        options = {} if self.setup.one_shot else self.setup.config.strategy_options
        return make_sampler(self.setup.sampler, seed, self.setup.startup, options)

    def _admission(self, clock: Clock) -> Callable[[Suggestion, float], str | None]:
        """What decides whether a trial is started."""
        setup = self.setup
        total = setup.config.time_left_for_this_task
        admission = TrainingAdmission(
            runtime=setup.runtime,
            clock=clock,
            epochs=self.epochs,
            final_seconds=math.inf if total is None else setup.schedule.final * total,
            final_factor=setup.final_waves * setup.context.growth,
        )

        def admit(suggestion: Suggestion, left: float) -> str | None:
            setup.runtime.learn(self.studies.entries)
            return admission.refusal(suggestion, left)

        return admit

    def _suggest(self, asked: optuna.trial.Trial) -> Suggestion:
        """Draw an architecture; say so when it was drawn before, or may not be built."""
        setup, number = self.setup, asked.number
        architecture = setup.space.suggest(asked, setup.shape)
        self._tidy(asked.study)
        twin = setup.constraints.register(number, architecture)
        if twin is None:
            refusal = setup.constraints.violation(architecture)
            return Suggestion(architecture, number, self.epochs, refusal=refusal)
        losses = tuple(asked.study.get_trials(deepcopy=False)[twin].values or ())
        return Suggestion(architecture, number, self.epochs, duplicate=Duplicate(architecture.key, twin, losses))

    def _tidy(self, study: optuna.Study) -> None:
        """Remove the checkpoints of trials that cannot be promoted any more."""
        told = [_as_record(trial) for trial in study.get_trials(deepcopy=False) if trial.state.is_finished()]
        trained = ranked(told)
        discard(self.setup.context, [r.number for r in promoted(trained, 1)], [r.number for r in trained])


def _as_record(told: optuna.trial.FrozenTrial) -> TrialRecord:
    complete = told.state == optuna.trial.TrialState.COMPLETE
    values = tuple(told.values) if complete and told.values else None
    return TrialRecord(told.number, told.params, values, "complete" if complete else "failed", attrs=told.user_attrs)


@dataclass
class LaterTrainings:
    """Studies that train given architectures: later rungs, finalists, the reference network.

    Attributes:
        setup: What is searched.
        studies: Where they run.
        continued: Numbers of the trials that were trained in time, by study; a replay trains those alone.
    """

    setup: SearchSetup
    studies: Studies
    continued: dict[str, list[int]] = field(default_factory=dict)

    def run(self, suggestions: Sequence[Suggestion], clock: Clock, label: str) -> list[TrialRecord]:
        """Train each suggestion as its trial.

        Args:
            suggestions: What to train, all up to the same epoch.
            clock: Time of this study.
            label: What progress calls it; it names the study, too.

        Returns:
            Records under the numbers of the trials. A replay trains those alone that were trained in time.
        """
        if not suggestions:
            return []
        setup, epochs = self.setup, suggestions[0].epochs
        name = f"{label.replace(',', '').replace(' ', '-')}-{epochs}"
        in_time = setup.config.continued.get(name)
        chosen = [s for s in suggestions if in_time is None or s.trial in in_time]
        self.continued[name] = []
        if not chosen:
            return []

        def renumbered(record: TrialRecord) -> TrialRecord:
            return replace(record, number=chosen[record.number].trial)

        def suggest(asked: optuna.trial.Trial) -> Suggestion:
            setup.space.suggest(asked, setup.shape)  # so that the trial has its parameters
            return chosen[asked.number]

        search = Search(
            sampler=enqueued_only,
            suggest=suggest,
            evaluate=objective.evaluate,
            enqueue=[dict(suggestion.architecture.params) for suggestion in chosen],
            objectives=setup.objectives,
            window=len(chosen),
            describe=lambda record: describe(
                renumbered(record), setup.context.scorer, again=chosen[record.number].repeat > 0
            ),
        )
        config = setup.config.model_copy(update={"max_trials": len(chosen), "skip_trials": ()})
        found = self.studies.run(search, config, clock, name, f"{label}, {epochs_of(epochs)}").records
        records = [renumbered(record) for record in found]
        self.continued[name] = [record.number for record in records if record.state == "complete"]
        return records
