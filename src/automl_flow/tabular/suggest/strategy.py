"""Interface of tabular search strategies, and decisions that several of them share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial

from automl_flow.core.seeds import generator
from automl_flow.models.family import FitContext, ModelFamily, Params

FAMILY = "family"  # user attribute of a trial: the name of its family
MIN_TOLD_TRIALS = 3  # before losses are compared


@dataclass(frozen=True)
class InitialConfig:
    """A configuration that is tried before the strategy looks at any loss.

    Attributes:
        family: Name of the model family.
        params: Its parameters.
    """

    family: str
    params: Params


@dataclass(frozen=True)
class FamilyDraw:
    """Inputs for choosing the next trial's family.

    Attributes:
        number: Number of the trial.
        names: Families that have parameters to search, in alphabetical order.
        best: Lowest loss of each family of which a trial has finished.
        seed: Seed of the search.
    """

    number: int
    names: Sequence[str]
    best: Mapping[str, float]
    seed: int


@dataclass(frozen=True)
class PruneQuery:
    """Inputs for the prune thresholds of the next trial.

    Attributes:
        number: Number of the trial.
        family: Its family.
        n_folds: Folds of a trial; at least 3.
        told: Finished and pruned trials; a trial's intermediate values are the losses of its folds.
    """

    number: int
    family: str
    n_folds: int
    told: Sequence[FrozenTrial]


def no_initial_configs(
    families: Mapping[str, ModelFamily],  # noqa: ARG001 - one signature for all
    context: FitContext,  # noqa: ARG001
    seed: int,  # noqa: ARG001
) -> tuple[InitialConfig, ...]:
    """Let the sampler draw from the start."""
    return ()


def in_turn(draw: FamilyDraw) -> str:
    """Take the families in turn."""
    return draw.names[draw.number % len(draw.names)]


def better_more_often(draw: FamilyDraw) -> str:
    """Draw a family of which a trial has finished, by the rank of its best loss: weight ``1 / rank ** 1.5``."""
    known = sorted((loss, name) for name, loss in draw.best.items())
    if not known:
        return in_turn(draw)
    weights = np.array([1.0 / (rank + 1) ** 1.5 for rank in range(len(known))])
    drawn = generator(draw.seed, "family", draw.number).choice(len(known), p=weights / weights.sum())
    return known[int(drawn)][1]


def never(query: PruneQuery) -> dict[int, float]:  # noqa: ARG001 - one signature for all
    """Prune no trial."""
    return {}


def quantile_thresholds(told: Sequence[FrozenTrial], rungs: Sequence[int], fraction: float) -> dict[int, float]:
    """The mean loss of the first *k* folds that a fraction of the told trials reached, by *k*.

    Args:
        told: Trials to compare with.
        rungs: Numbers of folds; one that fewer than three trials have reached has no threshold.
        fraction: Of those trials that would continue.
    """
    found = {}
    for rung in rungs:
        reached = [
            float(np.mean([t.intermediate_values[k] for k in range(rung)]))
            for t in told
            if all(k in t.intermediate_values for k in range(rung))
        ]
        if len(reached) >= MIN_TOLD_TRIALS:
            found[rung] = float(np.quantile(reached, fraction))
    return found


@dataclass(frozen=True)
class Strategy:
    """A tabular search strategy; it decides from finished trials alone, never by a clock.

    Attributes:
        about: What it does, in a few words.
        sampler: Makes the Optuna sampler for the parameters of one family from a seed; it sees the family's finished
            trials only. Every option that matters is written out there, because defaults change between versions.
        initial: Configurations that are tried first, from the usable families, the size of the data and the seed.
        finite: There is nothing left to try after these.
        family: Chooses the family of a trial after these.
        prune: Mean losses of the first folds above which a trial after these ends early, by the number of folds.
        requires: Modules that must be installed.
    """

    about: str
    sampler: Callable[[int], BaseSampler]
    initial: Callable[[Mapping[str, ModelFamily], FitContext, int], tuple[InitialConfig, ...]] = no_initial_configs
    finite: bool = False
    family: Callable[[FamilyDraw], str] = in_turn
    prune: Callable[[PruneQuery], dict[int, float]] = never
    requires: tuple[str, ...] = ()
