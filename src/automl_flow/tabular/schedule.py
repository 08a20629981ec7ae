"""The schedule of a tabular search: where its seconds go. All constants about time are here."""

from __future__ import annotations

import time
from dataclasses import dataclass, fields
from typing import Any

from automl_flow.study.budget import Clock
from automl_flow.study.parts import PartJob
from automl_flow.study.schedule import Phase

# Starting
START_SECONDS = 3.0  # until a worker has imported what it needs, on a machine of 2026
FIRST_TRIAL_SECONDS = 5.0  # until the first trial may have ended; before that there is nothing to refit
MIN_LONG_SECONDS = 30.0  # of a search, from which less memory is worth a slower start and end

# Preparation and reserve, where the search has them
MIN_FEATURE_SECONDS = 2.0  # fewer are not worth a selection of features
MIN_RESERVE_SECONDS = 0.5
MAX_RESERVE_SECONDS = 10.0
MAX_CROWDING = 4.0  # times the reserve, on a machine that others use
MIN_SEARCH_FRACTION = 0.5  # of what preparation left, whatever the reserve
MIN_SEARCH_SECONDS = 0.1  # likewise

# Trials
TRIAL_STOP_FRACTION = 0.35  # of a layer's seconds, after which the iterative fits of one trial stop by themselves
STACKED_TRIAL_STOP_FRACTION = 0.7  # likewise in the second layer, which has few trials
RUN_STOP_FRACTION = 0.55  # of the time limit of a trial, likewise; predicting and storing come after
STORE_SECONDS = 1.0  # kept free at the end of a trial for storing its predictions and models
MAX_TRIAL_FRACTION = {8: 1 / 12, 5: 1 / 12, 3: 1 / 6}  # of the seconds, for a usual trial of that many folds
MIN_CORE_SECONDS_OF_8_FOLDS = 200.0  # seconds times workers of a search in which eight folds are worth their price

# Admission: what a trial is predicted to take, and when it is still started
TRIAL_OVERHEAD_SECONDS = 0.3  # of a trial, next to its fits
STARTABLE_FRACTION = 0.8  # an iterative trial is started while this fraction of its predicted time is left
RUNTIME_MARGIN = 1.15  # times the predicted seconds
UNKNOWN_RUNTIME_MARGIN = 1.5  # of a family without a finished trial; a trial that is killed takes its worker along
REFIT_SLOWDOWN = 1.3  # times as long on all rows as on a fold, roughly

# The second layer
MIN_STACKING_SECONDS = 15.0  # of a search in which there is time for it
STACKING_FRACTION = 0.15  # of the seconds between preparation and reserve
BASE_MODEL_REFIT_FRACTION = 0.05  # likewise, for refitting candidates that are only read

# Refits
REFIT_FRACTION = 0.5  # of the seconds between preparation and reserve, divided by the folds of a trial
MAX_REFIT_FRACTION = 0.3
_MAX_REFIT_FOLDS = 5  # more folds do not shorten the refits further


@dataclass(frozen=True)
class TabularSchedule:
    """Fractions of a search's seconds, phase by phase.

    The defaults are those of an estimator's search with five folds or more and two layers:

    ================  ======  =======  ==================================================================
    phase             share   ends at  what it is for
    ================  ======  =======  ==================================================================
    ``preparation``    8 %      8 %    start the workers, read and profile the rows, select features
    ``first_layer``   61.6 %   69.6 %  trials on the columns
    ``second_layer``  13.2 %   82.8 %  trials on the columns and the predictions of base models
    ``refit``         13.2 %   96 %    select the ensemble, fit its members again on all rows
    ``reserve``        4 %    100 %    load the members; 0.5 to 10 s, more on a crowded machine
    ================  ======  =======  ==================================================================

    What preparation leaves goes to the three phases after it, in the same proportions. What the layers leave goes to
    the refits, which may run up to the reserve. The fewer the folds, the more of a trial is one fit, and the more time
    the refits get: 14.7 % with three folds, 26.4 % with one. Where there is no second layer, its seconds and a third of
    those for refits are the first layer's.
    """

    preparation: float = 0.08
    first_layer: float = 0.616
    second_layer: float = 0.132
    refit: float = 0.132
    reserve: float = 0.04

    @classmethod
    def of(cls, seconds: float | None, *, n_folds: int, two_layers: bool, prepares: bool = True) -> TabularSchedule:
        """The schedule of one search.

        Args:
            seconds: Seconds of the whole search; ``None`` is no limit.
            n_folds: Fits of a trial.
            two_layers: Whether there is a second layer.
            prepares: Whether preparation and reserve belong to the search, as in the estimators; in a Kedro project
                preparation is a stage of its own, and the time limit is that of trials and refits alone.
        """
        preparation = cls.preparation if prepares else 0.0
        reserve = 0.0
        if prepares:
            reserve = cls.reserve if seconds is None else reserve_seconds(seconds) / seconds
        stacking, base_models = (STACKING_FRACTION, BASE_MODEL_REFIT_FRACTION) if two_layers else (0.0, 0.0)
        refit = refit_fraction(n_folds) + base_models
        rest = 1.0 - preparation - reserve
        return cls(preparation, rest * (1.0 - stacking - refit), rest * stacking, rest * refit, reserve)

    def phases(self) -> tuple[Phase, ...]:
        """Phases that take place, in order, with their fractions."""
        found = ((field.name, float(getattr(self, field.name))) for field in fields(self))
        return tuple(Phase(name.replace("_", " "), fraction) for name, fraction in found if fraction > 0)


def refit_fraction(n_folds: int) -> float:
    """Fraction for the refits: the fewer the folds, the more of a trial is one fit."""
    return min(MAX_REFIT_FRACTION, REFIT_FRACTION / min(n_folds, _MAX_REFIT_FOLDS))


def reserve_seconds(seconds: float, crowding: float = 1.0) -> float:
    """Seconds kept for loading the members.

    Args:
        seconds: Seconds of the whole search.
        crowding: Wall-clock seconds per second of processor so far: where others use the machine, they will while the
            members are loaded.
    """
    usual = min(MAX_RESERVE_SECONDS, max(MIN_RESERVE_SECONDS, TabularSchedule.reserve * seconds))
    return usual * min(max(crowding, 1.0), MAX_CROWDING)


def search_seconds(whole: Clock, crowding: float) -> float | None:
    """Seconds of layers and refits, when preparation is over; ``None`` is no limit.

    Args:
        whole: Clock of the whole search.
        crowding: See :func:`reserve_seconds`.
    """
    if whole.seconds is None:
        return None
    left = whole.left
    return max(left - reserve_seconds(whole.seconds, crowding), MIN_SEARCH_FRACTION * left, MIN_SEARCH_SECONDS)


def feature_seconds(seconds: float | None) -> float | None:
    """Seconds of the feature selection; ``None`` is no limit, 0 is too short for one."""
    if seconds is None:
        return None
    share = TabularSchedule.preparation * seconds
    return share if share >= MIN_FEATURE_SECONDS else 0.0


def first_layer_seconds(seconds: float, *, n_folds: int, two_layers: bool) -> float:
    """Seconds of the first layer.

    Before the first trial can have ended there is nothing to refit: the refits get no share of these seconds.

    Args:
        seconds: Seconds of layers and refits.
        n_folds: Fits of a trial.
        two_layers: Whether there is a second layer.
    """
    plan = TabularSchedule.of(seconds, n_folds=n_folds, two_layers=two_layers, prepares=False)
    return plan.first_layer * seconds + refit_fraction(n_folds) * min(seconds, FIRST_TRIAL_SECONDS)


def soft_seconds(layer: float | None, trial: float | None, *, stacked: bool) -> float | None:
    """Seconds after which the iterative fits of a trial stop by themselves; ``None``: never.

    Args:
        layer: Seconds of the trial's layer; ``None`` is no limit.
        trial: Seconds of the trial; ``None`` is no limit.
        stacked: Whether the layer is the second.
    """
    share = STACKED_TRIAL_STOP_FRACTION if stacked else TRIAL_STOP_FRACTION
    limits = [fraction * limit for fraction, limit in ((share, layer), (RUN_STOP_FRACTION, trial)) if limit is not None]
    return min(limits, default=None)


def deadline(soft: float | None, job: PartJob[Any]) -> float | None:
    """``time.monotonic()`` of this process at which the fit of a fold that starts now stops by itself.

    The seconds left of a trial are shared among its folds that have not ended, and those of the search among the rounds
    in which the workers fit them.

    Args:
        soft: Seconds of :func:`soft_seconds`.
        job: The fold; of the seconds left of the search, some are kept for storing what the trial made.
    """
    limits = [] if job.seconds_left is None else [(job.seconds_left - STORE_SECONDS) / job.rounds]
    if soft is not None:
        limits.append((soft - job.trial_seconds) / job.open_parts)
    return time.monotonic() + min(limits) if limits else None
