"""The runtime model: seconds per unit of work, learned from the trainings that have ended.

It matters only where seconds are limited, and decides only what is started and for how long, never what is proposed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from automl_flow.nas.search.constraints import Constraints
from automl_flow.nas.search.objective import NetworkFacts, Suggestion
from automl_flow.nas.search.schedule import MIN_FINAL_EPOCHS_FRACTION, RUNTIME_MARGIN
from automl_flow.nas.spaces.base import Architecture
from automl_flow.study.budget import Clock
from automl_flow.study.trial import TrialRecord


@dataclass
class RuntimeModel:
    """Predicts the seconds of trainings.

    Attributes:
        constraints: Knows the work of an architecture.
        epochs: Epochs that this work is for.
    """

    constraints: Constraints
    epochs: int
    _rates: dict[int, float] = field(default_factory=dict)  # seconds per operation, by trial
    _min_work: float = math.inf
    _seen: set[int] = field(default_factory=set)

    def learn(self, entries: Mapping[int, Mapping[str, Any]]) -> None:
        """Take in the trials of a journal's entries that trained a network."""
        for number, entry in entries.items():
            if number in self._seen:
                continue
            self._seen.add(number)
            record = TrialRecord.from_entry(entry)
            facts = NetworkFacts.of(record)
            if facts is not None:
                work = self._work(self._architecture(record))
                self._rates[number] = record.seconds / (work * facts.epochs)
                self._min_work = min(self._min_work, work)

    def seconds(self, architecture: Architecture, epochs: float) -> float:
        """Predicted seconds of training for *epochs*; 0 as long as nothing is known."""
        return RUNTIME_MARGIN * median(self._rates.values()) * self._work(architecture) * epochs if self._rates else 0.0

    def min_seconds(self, epochs: float) -> float:
        """Predicted seconds of training the cheapest network so far for *epochs*."""
        return RUNTIME_MARGIN * median(self._rates.values()) * self._min_work * epochs if self._rates else 0.0

    def affordable(self, chosen: Sequence[TrialRecord], epochs: int, clock: Clock, n_jobs: int) -> list[TrialRecord]:
        """Longest prefix of *chosen* that fits into the time; empty when fewer than two do.

        To train one trial alone further changes nothing: it stays the best.

        Args:
            chosen: Trials to train further, the best first.
            epochs: Epochs to train them up to.
            clock: Time of these trainings.
            n_jobs: Trainings at the same time.
        """
        if clock.seconds is None or not self._rates:
            return list(chosen)
        taken: list[TrialRecord] = []
        planned = 0.0
        for record in chosen:
            facts = NetworkFacts.of(record)
            needed = self.seconds(self._architecture(record), epochs - (0 if facts is None else facts.epochs))
            planned += needed
            if needed > clock.left or planned > n_jobs * clock.left:
                break
            taken.append(record)
        return taken if len(taken) > 1 else []

    def _architecture(self, record: TrialRecord) -> Architecture:
        return self.constraints.space.architecture(record.params, self.constraints.shape)

    def _work(self, architecture: Architecture) -> float:
        """Operations of an epoch."""
        return max(1.0, self.constraints.work(architecture) / self.epochs)


@dataclass(frozen=True)
class TrainingAdmission:
    """Decides whether a proposed trial still fits into the time.

    Attributes:
        runtime: Predicts seconds.
        clock: Time of the trials; stopped when nothing fits any more.
        epochs: Epochs of a trial.
        final_seconds: Seconds kept for the final training; infinite without a limit.
        final_factor: Seconds of the final training, over all seeds, as a multiple of those of a trial's epochs.
    """

    runtime: RuntimeModel
    clock: Clock
    epochs: int
    final_seconds: float
    final_factor: float

    def refusal(self, suggestion: Suggestion, left: float) -> str | None:
        """Why a trial should not be started with *left* seconds to go; ``None`` when it should."""
        if suggestion.duplicate is not None or self.clock.seconds is None:
            return None
        needed = self.runtime.seconds(suggestion.architecture, self.epochs)
        if needed > left:
            if self.runtime.min_seconds(self.epochs) > left:
                self.clock.stop()
            return f"not started: it needs about {needed:.0f} s and {left:.0f} s are left"
        epochs = MIN_FINAL_EPOCHS_FRACTION * self.runtime.epochs
        final = self.final_factor * self.runtime.seconds(suggestion.architecture, epochs)
        if final > self.final_seconds:
            return f"not started: its final training would need {final:.0f} s, {self.final_seconds:.0f} s are kept"
        return None
