"""Strategies: which families and parameters come next, decided from finished trials alone."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from optuna.samplers import BaseSampler
from optuna.trial import FixedTrial, FrozenTrial, Trial, TrialState

from automl_flow.core.seeds import generator
from automl_flow.models.family import FitContext, ModelFamily, Params
from automl_flow.study.distributions import levels
from automl_flow.tabular.candidate import Suggestion
from automl_flow.tabular.suggest.portfolio import Start, portfolio
from automl_flow.tabular.suggest.samplers import FAMILY, PerFamilySampler, Prefixed, SamplerName, base_sampler

Strategy = Literal["auto", "random", "grid", "tpe", "gp", "cmaes", "hyperband"]
_GRID_POINTS = 10_000  # points of one family's grid beyond which they are drawn instead of listed
_KEEP = 3  # successive halving lets one trial in this many past each rung


@dataclass(frozen=True)
class Plan:
    """How one strategy searches.

    Attributes:
        strategy: Its name.
        families: Usable families by name.
        context: What families may know of a fit.
        seed: Seed of the search.
        starts: Configurations that are tried first.
        limit: Number of trials after which there is nothing left to try (grid); ``None``: endless.
        first: Number of the first trial.
        base_models: Numbers of the candidates whose out-of-fold predictions are further columns.
        soft_seconds: Seconds after which the iterative fits of a trial stop by themselves; ``None`` is no limit.
    """

    strategy: Strategy
    families: Mapping[str, ModelFamily]
    context: FitContext
    seed: int
    n_folds: int
    starts: tuple[Start, ...] = ()
    limit: int | None = None
    first: int = 0
    base_models: tuple[int, ...] = ()
    soft_seconds: float | None = None

    def enqueue(self) -> list[dict[str, Any]]:
        """The first configurations as parameters of Optuna trials."""
        return [{f"{start.family}.{key}": value for key, value in start.params.items()} for start in self.starts]

    def sampler(self, seed: int) -> BaseSampler:
        """Make the sampler of one trial."""
        names: dict[str, SamplerName] = {"random": "random", "grid": "random", "gp": "gp", "cmaes": "cmaes"}
        return PerFamilySampler(base_sampler(names.get(self.strategy, "tpe"), seed))

    def suggest(self, trial: Trial) -> Suggestion:
        """Choose a family, its parameters, and the losses above which the trial is pruned."""
        told = trial.study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED))
        if trial.number < len(self.starts):
            name = self.starts[trial.number].family
        else:
            name = self._choose_family(trial.number, [t for t in told if t.state == TrialState.COMPLETE])
        trial.set_user_attr(FAMILY, name)
        params = self.families[name].suggest(Prefixed(trial, name), self.context)  # type: ignore[arg-type] # duck
        thresholds = self._prune_thresholds(trial.number, name, told)
        return Suggestion(name, params, thresholds, self.base_models, self.soft_seconds)

    def _choose_family(self, number: int, told: Sequence[FrozenTrial]) -> str:
        """Take families in turn; under ``auto``, draw the better ones more often."""
        names = sorted(name for name, family in self.families.items() if family.portfolio(self.context)[0])
        if self.strategy not in ("auto", "hyperband"):
            return names[number % len(names)]
        best = {
            name: min((t.values[0] for t in told if t.user_attrs.get(FAMILY) == name), default=None) for name in names
        }
        known = sorted((loss, name) for name, loss in best.items() if loss is not None)
        if not known:
            return names[number % len(names)]
        weights = np.array([1.0 / (rank + 1) ** 1.5 for rank in range(len(known))])
        drawn = generator(self.seed, "family", number).choice(len(known), p=weights / weights.sum())
        return known[int(drawn)][1]

    def _prune_thresholds(self, number: int, family: str, told: Sequence[FrozenTrial]) -> dict[int, float]:
        """Mean loss of the first folds above which a trial is pruned, by their number.

        ``hyperband`` lets the best third pass after one and after half of the folds (in every third trial only the
        latter, in every third none: its brackets). ``auto`` ends trials of the Bayesian phase that are worse after
        two folds than the median of their family.
        """
        if self.n_folds < 3 or number < len(self.starts):
            return {}
        if self.strategy == "hyperband":
            rungs = [1, (self.n_folds + 1) // 2][number % 3 :]
            return _thresholds(told, rungs, 1.0 / _KEEP)
        if self.strategy == "auto":
            return _thresholds([t for t in told if t.user_attrs.get(FAMILY) == family], [2], 0.5)
        return {}


def _thresholds(told: Sequence[FrozenTrial], rungs: Sequence[int], share: float) -> dict[int, float]:
    """The loss at each rung that *share* of the told trials reached; none while there are fewer than three."""
    found = {}
    for rung in rungs:
        reached = [
            float(np.mean([t.intermediate_values[k] for k in range(rung)]))
            for t in told
            if all(k in t.intermediate_values for k in range(rung))
        ]
        if len(reached) >= 3:
            found[rung] = float(np.quantile(reached, share))
    return found


def make_plan(
    strategy: Strategy, families: Mapping[str, ModelFamily], context: FitContext, n_folds: int, seed: int
) -> Plan:
    """Set up a strategy: ``auto`` begins with the portfolio, ``grid`` is a list, the others sample from the start."""
    usable = {name: family for name, family in sorted(families.items()) if family.suits(context)}
    starts: tuple[Start, ...] = ()
    limit = None
    if strategy == "auto":
        starts = portfolio(usable, context)
    elif strategy == "grid":
        starts = grid(usable, context, seed)
        limit = len(starts)
    return Plan(strategy, usable, context, seed, n_folds, starts, limit)


def grid(families: Mapping[str, ModelFamily], context: FitContext, seed: int) -> tuple[Start, ...]:
    """All combinations of low, middle and high values, families taking turns, each family's in a random order.

    The order is random so that a search which is cut off has seen all of the space, not one corner of it.
    """
    lists = [[Start(name, point) for point in _points(families[name], context, seed)] for name in sorted(families)]
    return tuple(start for row in itertools.zip_longest(*lists) for start in row if start is not None)


def _points(family: ModelFamily, context: FitContext, seed: int) -> list[Params]:
    probe = FixedTrial(dict(family.portfolio(context)[0]))
    family.suggest(probe, context)
    names = list(probe.distributions)
    values = [levels(distribution) for distribution in probe.distributions.values()]
    sizes = [len(options) for options in values]
    rng = generator(seed, "grid", family.name)
    total = int(np.prod(sizes))
    chosen = rng.permutation(total) if total <= _GRID_POINTS else np.unique(rng.integers(total, size=_GRID_POINTS))
    return [
        {
            name: options[int(i)]
            for name, options, i in zip(names, values, np.unravel_index(int(point), sizes), strict=True)
        }
        for point in rng.permutation(chosen)
    ]
