"""The plan of one layer's trials: a strategy with the families, the data and the seed that it works on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial, Trial, TrialState

from automl_flow.models.family import FitContext, ModelFamily
from automl_flow.tabular.candidate import Suggestion
from automl_flow.tabular.suggest.samplers import PerFamilySampler, Prefixed
from automl_flow.tabular.suggest.strategies import STRATEGIES
from automl_flow.tabular.suggest.strategy import FAMILY, FamilyDraw, InitialConfig, PruneQuery, Strategy

MIN_PRUNE_FOLDS = 3  # folds of a trial that is worth pruning


@dataclass(frozen=True)
class TrialPlan:
    """A strategy applied to one layer.

    Attributes:
        strategy: How they are chosen.
        families: Usable families by name.
        context: What families may know of a fit.
        seed: Seed of the search.
        n_folds: Folds of a trial.
        initial: Configurations that are tried first.
        limit: Number of trials after which there is nothing left to try; ``None``: endless.
        first: Number of the first trial.
        base_models: Numbers of the candidates whose out-of-fold predictions are further columns.
        soft_seconds: Seconds after which the iterative fits of a trial stop by themselves; ``None`` is no limit.
    """

    strategy: Strategy
    families: Mapping[str, ModelFamily]
    context: FitContext
    seed: int
    n_folds: int
    initial: tuple[InitialConfig, ...] = ()
    limit: int | None = None
    first: int = 0
    base_models: tuple[int, ...] = ()
    soft_seconds: float | None = None

    def enqueue(self) -> list[dict[str, Any]]:
        """The first configurations as parameters of Optuna trials."""
        return [{f"{config.family}.{key}": value for key, value in config.params.items()} for config in self.initial]

    def sampler(self, seed: int) -> BaseSampler:
        """Make the sampler of one trial."""
        return PerFamilySampler(self.strategy.sampler(seed))

    def suggest(self, trial: Trial) -> Suggestion:
        """Choose a family, its parameters, and the losses above which the trial is pruned."""
        told = trial.study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED))
        starts = trial.number < len(self.initial)
        name = self.initial[trial.number].family if starts else self._choose_family(trial.number, told)
        trial.set_user_attr(FAMILY, name)
        params = self.families[name].suggest(Prefixed(trial, name), self.context)  # type: ignore[arg-type] # duck
        if isinstance(trial.study.sampler, PerFamilySampler):
            trial.study.sampler.keep_state(trial)
        thresholds: Mapping[int, float] = {}
        if not starts and self.n_folds >= MIN_PRUNE_FOLDS:
            thresholds = self.strategy.prune(PruneQuery(trial.number, name, self.n_folds, told))
        return Suggestion(name, params, thresholds, self.base_models, self.soft_seconds)

    def _choose_family(self, number: int, told: Sequence[FrozenTrial]) -> str:
        names = sorted(name for name, family in self.families.items() if family.portfolio(self.context)[0])
        best: dict[str, float] = {}
        for trial in told:
            name = trial.user_attrs.get(FAMILY)
            if trial.state == TrialState.COMPLETE and name in names:
                best[name] = min(trial.values[0], best.get(name, float("inf")))
        return self.strategy.family(FamilyDraw(number, names, best, self.seed))


def make_plan(
    strategy: str, families: Mapping[str, ModelFamily], context: FitContext, n_folds: int, seed: int
) -> TrialPlan:
    """Set up a strategy for the first layer.

    Args:
        strategy: Name of the strategy.
        families: Families by name; those that do not suit the data are left out.
        context: What families may know of a fit.
        n_folds: Folds of a trial.
        seed: Seed of the search.

    Raises:
        ConfigError: There is no such strategy.
        DependencyError: A library that it needs is not installed.
    """
    chosen = STRATEGIES.get(strategy)
    usable = {name: family for name, family in sorted(families.items()) if family.suits(context)}
    initial = chosen.initial(usable, context, seed)
    return TrialPlan(chosen, usable, context, seed, n_folds, initial, len(initial) if chosen.finite else None)
