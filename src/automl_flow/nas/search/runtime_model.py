"""What trainings will take: seconds per unit of work, learned from those that have ended.

It matters only where seconds are limited, and decides only what is started and for how long, never what is proposed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from automl_flow.nas.search.constraints import Ledger
from automl_flow.nas.spaces.base import Value
from automl_flow.study.budget import Clock
from automl_flow.study.trial import TrialRecord

MARGIN = 1.2  # times the prediction, for a busy machine
FINAL_SHARE = 0.6  # of a trial's epochs that the final training of its network must be able to do


@dataclass
class Pace:
    """Predicts the seconds of trainings.

    Attributes:
        ledger: Knows the work of an architecture.
        epochs: Epochs that this work is for.
    """

    ledger: Ledger
    epochs: int
    _rates: dict[int, float] = field(default_factory=dict)
    _works: list[float] = field(default_factory=list)

    def learn(self, entries: Mapping[int, Mapping[str, Any]]) -> None:
        """Take in the trials of a journal's entries that trained a network."""
        for number, entry in entries.items():
            epochs = entry["attrs"].get("epochs")
            if number not in self._rates and entry["state"] == "complete" and epochs:
                work = self._work(entry["params"]) * epochs
                self._rates[number] = float(entry["seconds"]) / work
                self._works.append(work / epochs)

    def seconds(self, params: Mapping[str, Value], epochs: float) -> float:
        """Seconds for so many epochs; 0 as long as nothing is known."""
        return MARGIN * median(self._rates.values()) * self._work(params) * epochs if self._rates else 0.0

    def least(self, epochs: float) -> float:
        """Seconds for so many epochs of the cheapest network so far."""
        return MARGIN * median(self._rates.values()) * min(self._works) * epochs if self._rates else 0.0

    def _work(self, params: Mapping[str, Value]) -> float:
        """Work of an epoch."""
        ledger = self.ledger
        return max(1.0, ledger.work(ledger.space.architecture(params, ledger.shape)) / self.epochs)

    def affordable(self, chosen: Sequence[TrialRecord], stop: int, clock: Clock, jobs: int) -> list[TrialRecord]:
        """The best of *chosen* (the best come first) that can be trained on to epoch *stop*; none, if it is one."""
        if clock.seconds is None or not self._rates:
            return list(chosen)
        taken: list[TrialRecord] = []
        planned = 0.0
        for record in chosen:
            needed = self.seconds(record.params, stop - record.attrs["epochs"])
            planned += needed
            if needed > clock.left or planned > jobs * clock.left:
                break
            taken.append(record)
        return taken if len(taken) > 1 else []


@dataclass(frozen=True)
class Gate:
    """Says of a proposed trial why it should not be started, or nothing.

    Attributes:
        pace: Predicts.
        clock: Of the trials; ended when nothing fits any more.
        stop: Epochs of a trial.
        final: Seconds that are kept for the final training; infinite without a limit.
        grown: Samples of the final training as a multiple of those of a trial.
        waves: Final trainings one after another.
    """

    pace: Pace
    clock: Clock
    stop: int
    final: float
    grown: float
    waves: int

    def __call__(self, payload: Mapping[str, Any], left: float) -> str | None:
        """Why not; ``None`` when it should be started."""
        if "duplicate_of" in payload or self.clock.seconds is None:
            return None
        needed = self.pace.seconds(payload["params"], self.stop)
        if needed > left:
            if self.pace.least(self.stop) > left:
                self.clock.stop()
            return f"not started: it needs about {needed:.0f} s and {left:.0f} s are left"
        epochs = FINAL_SHARE * self.pace.epochs
        final = self.waves * self.grown * self.pace.seconds(payload["params"], epochs)
        if final > self.final:
            return f"not started: its final training would need {final:.0f} s, {self.final:.0f} s are kept for it"
        return None
