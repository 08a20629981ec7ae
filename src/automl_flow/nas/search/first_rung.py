"""The first rung: the trials that draw architectures, each trained as far as the first comparison."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import optuna

from automl_flow.nas.samplers.unseen import FreshSampler, make_sampler
from automl_flow.nas.search import objective
from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.constraints import Ledger, known_values
from automl_flow.nas.search.runtime_model import Gate, Pace
from automl_flow.nas.search.setup import Setting
from automl_flow.nas.search.studies import Studies
from automl_flow.nas.search.successive_halving import describe, discard, epochs_of, promoted
from automl_flow.study.budget import Clock
from automl_flow.study.study import Search, StudyResult
from automl_flow.study.trial import TrialRecord

WINDOW = 4


@dataclass(frozen=True)
class FirstRung:
    """The search proper.

    Attributes:
        setting: Space, sampler, and what the workers know.
        config: Limits and options.
        studies: Where it runs.
        ledger: Knows which architectures were drawn, and which may not be built.
        pace: Learns what trainings take.
        stop: Epochs of a trial.
        final_seconds: What is kept for the final training; infinite without a limit.
    """

    setting: Setting
    config: NasConfig
    studies: Studies
    ledger: Ledger
    pace: Pace
    stop: int
    final_seconds: float

    @property
    def name(self) -> str:
        """Name of its study."""
        return f"rung-{self.stop}"

    def run(self, first: Sequence[Mapping[str, Any]], clock: Clock) -> StudyResult:
        """Train the architectures *first*, then those that the sampler draws."""
        parameters = self.setting.space.parameters(self.setting.arena.shape)

        def sampler(seed: int) -> optuna.samplers.BaseSampler:
            return FreshSampler(self._make_sampler, seed, parameters, self.ledger.acceptable)

        search = Search(
            objectives=1 + len(self.config.objectives),
            sampler=sampler,
            suggest=self._suggest,
            evaluate=objective.evaluate,
            enqueue=first,
            window=WINDOW,
            refuse=lambda payload: payload.get("refused"),
            admit=self._gate(clock),
            describe=partial(describe, metric=self.setting.arena.scorer),
        )
        config = self.config.model_copy(update={"max_trials": self.config.last_trial})
        return self.studies.run(search, config, clock, self.name, f"architecture search, {epochs_of(self.stop)}")

    def _make_sampler(self, seed: int) -> optuna.samplers.BaseSampler:
        options = {} if self.setting.one_shot else self.config.strategy_options
        return make_sampler(self.setting.sampler, seed, self.setting.startup, options)

    def _gate(self, clock: Clock) -> Callable[[Any, float], str | None]:
        """What decides whether a trial is started."""
        arena = self.setting.arena
        gate = Gate(
            pace=self.pace,
            clock=clock,
            stop=self.stop,
            final=self.final_seconds,
            grown=len(arena.whole.x) / sum(len(round_.fit.x) for round_ in arena.rounds),
            waves=math.ceil(self.config.final_seeds / self.config.n_jobs),
        )

        def admit(payload: Any, left: float) -> str | None:
            self.pace.learn(self.studies.entries)
            return gate(payload, left)

        return admit

    def _suggest(self, asked: optuna.trial.Trial) -> dict[str, Any]:
        """Draw an architecture; say so when it was drawn before, or may not be built."""
        architecture = self.setting.space.suggest(asked, self.setting.arena.shape)
        payload = {
            "params": dict(architecture.params),
            "key": architecture.key,
            "trial": asked.number,
            "stop": self.stop,
        }
        self._tidy(asked.study)
        twin = self.ledger.enter(asked.number, architecture)
        if twin is not None:
            return payload | {"duplicate_of": twin, "known": known_values(asked.study.get_trials(deepcopy=False), twin)}
        return payload | {"refused": self.ledger.objection(architecture)}

    def _tidy(self, study: optuna.Study) -> None:
        """Remove the checkpoints of trials that cannot be promoted any more."""
        told = [
            _as_record(t) for t in study.get_trials(deepcopy=False) if t.state.is_finished() and "loss" in t.user_attrs
        ]
        keep = {record.number for record in promoted(told, 1)}
        discard(self.setting.arena, keep, [record.number for record in told])


def _as_record(told: optuna.trial.FrozenTrial) -> TrialRecord:
    state = "complete" if told.state == optuna.trial.TrialState.COMPLETE else "failed"
    return TrialRecord(told.number, told.params, tuple(told.values or ()) or None, state, attrs=told.user_attrs)  # type: ignore[arg-type]
