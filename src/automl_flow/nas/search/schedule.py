"""The schedule of an architecture search: where its seconds go, and after how many epochs trials are compared."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Literal

from automl_flow.nas.one_shot import STRATEGIES
from automl_flow.nas.search.config import NasConfig
from automl_flow.study.budget import Clock
from automl_flow.study.schedule import Phase

PhaseName = Literal["start", "warm_start", "first_rung", "later_rungs", "final_training", "reserve"]

START_SECONDS = 4.0  # until a worker has imported torch, on a machine of 2026
MIN_PHASE_SECONDS = 0.01  # a phase whose time is over still begins, and ends at once
ONE_SHOT_STOP_FRACTION = 0.7  # of the one-shot job's seconds; then no epoch begins, so that it is not killed
FINAL_STOP_FRACTION = 0.93  # of the seconds left for the final training; then no epoch begins
FALLBACK_FRACTION = 0.8  # of the seconds left, for the reference network, where no trial finished in time
MAX_FINAL_EPOCHS_FACTOR = 2  # times the usual final epochs, where seconds are limited and some are left
MIN_FINAL_EPOCHS_FRACTION = 0.6  # of a trial's epochs: a network is tried if its final training can be this long
RUNTIME_MARGIN = 1.2  # times the predicted seconds, for a busy machine

MIN_RUNG_EPOCHS = 2
MAX_RUNGS = 3


@dataclass(frozen=True)
class NasSchedule:
    """Fractions of a search's seconds, phase by phase.

    ==================  ======  =======  ==================================================================
    phase               share   ends at  what it is for
    ==================  ======  =======  ==================================================================
    ``start``             3 %      3 %   encode the samples, start the workers
    ``warm_start``       12 %     15 %   zero-cost proxies and one-shot search, where they are asked for
    ``first_rung``       15 %     30 %   every trial, up to the first comparison
    ``later_rungs``      20 %     50 %   the best trials further, and finalists from another seed
    ``final_training``   42.5 %   92.5 % the winner on all samples
    ``reserve``           7.5 %  100 %   epochs that take longer than predicted; loading the networks
    ==================  ======  =======  ==================================================================

    A phase may run until its share and those before it are used up, so what one leaves is the next one's.
    """

    start: float = 0.03
    warm_start: float = 0.12
    first_rung: float = 0.15
    later_rungs: float = 0.20
    final_training: float = 0.425
    reserve: float = 0.075

    @classmethod
    def of(cls, config: NasConfig, *, table: bool) -> NasSchedule:
        """The schedule of a search: the share of a phase that does not take place goes to the others before the end.

        Args:
            config: Settings of the search.
            table: Whether a table is searched, whose trials have one rung.
        """
        plan = cls()
        if len(rungs_of(config, table=table)) == 1:
            half = plan.later_rungs / 2
            plan = replace(plan, warm_start=plan.warm_start + half, first_rung=plan.first_rung + half, later_rungs=0.0)
        if config.proxy_candidates == 0 and config.strategy not in STRATEGIES.names():
            plan = replace(plan, warm_start=0.0, first_rung=plan.first_rung + plan.warm_start)
        return plan

    @property
    def final(self) -> float:
        """Fraction kept for the end: final training and reserve."""
        return self.final_training + self.reserve

    @property
    def planned_final_fraction(self) -> float:
        """Fraction of the seconds left for the end that epochs are planned for; the rest is slack."""
        return self.final_training / self.final

    def clock(self, phase: PhaseName, whole: Clock) -> Clock:
        """A clock that ends with a phase.

        Args:
            phase: Name of the phase.
            whole: Clock of the whole search.
        """
        if whole.seconds is None:
            return Clock(None)
        names = [field.name for field in fields(self)]
        end = math.fsum(getattr(self, name) for name in names[: names.index(phase) + 1])
        return Clock(max(MIN_PHASE_SECONDS, whole.seconds * end - whole.spent))

    def phases(self) -> tuple[Phase, ...]:
        """Phases that take place, with their fractions, in order."""
        found = [(field.name, float(getattr(self, field.name))) for field in fields(self)]
        return tuple(Phase(name.replace("_", " "), fraction) for name, fraction in found if fraction > 0)


def rungs(epochs: int, reduction: int) -> tuple[int, ...]:
    """Epochs after which trials are compared, the last of them the full length.

    Args:
        epochs: Full length.
        reduction: Ratio between rungs; 1 gives one rung.
    """
    stops = [epochs]
    while reduction > 1 and len(stops) < MAX_RUNGS and stops[0] // reduction >= MIN_RUNG_EPOCHS:
        stops.insert(0, math.ceil(stops[0] / reduction))
    return tuple(stops)


def rungs_of(config: NasConfig, *, table: bool) -> tuple[int, ...]:
    """Rungs of a search; networks for tables stop early by themselves, so their trials have one."""
    return rungs(config.epochs, 1 if table else config.reduction_factor)
