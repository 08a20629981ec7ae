"""Samplers by the name of a strategy, and a sampler around them that rejects duplicates and networks over a cap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial

from automl_flow.core.errors import ConfigError, nearest
from automl_flow.core.seeds import derive_seed, generator
from automl_flow.nas.samplers import SAMPLERS

MAX_DRAWS = 24  # before an unacceptable one is returned
SAMPLER_DRAWS = 3  # the first of them; a model that insists on its optimum is helped by random changes to it
MakeSampler = Callable[[int], BaseSampler]
ALIASES = {"bayesian": "gaussian_process"}  # the name of the idea, for the sampler that serves it best


def strategy_names() -> list[str]:
    """Names of the strategies that a sampler serves."""
    return [*ALIASES, *SAMPLERS.names()]


def make_sampler(name: str, seed: int, startup: int, options: Mapping[str, Any]) -> BaseSampler:
    """Make the sampler of a strategy.

    Args:
        name: One of :func:`strategy_names`.
        seed: Seed of the sampler.
        startup: Random trials before it learns, where the strategy has such a phase.
        options: Further arguments of the sampler.

    Raises:
        ConfigError: There is no such strategy, or it does not take these options.
        DependencyError: A library that it needs is not installed.
    """
    if name not in strategy_names():
        raise ConfigError(f"unknown strategy {name!r}{nearest(name, strategy_names())}")
    try:
        return SAMPLERS.get(ALIASES.get(name, name)).build(seed, startup, **options)
    except TypeError as error:
        raise ConfigError(f"strategy_options of {name!r}: {error}") from None


class DeduplicatingSampler(BaseSampler):
    """Draws from another sampler until a draw is acceptable.

    A draw is repeated with another seed, then changed in one parameter, in two, …; so the result is as reproducible as
    the sampler. After ``MAX_DRAWS`` draws the last one is returned as it is, and the caller has to refuse it.
    """

    def __init__(
        self,
        make: MakeSampler,
        seed: int,
        space: Mapping[str, BaseDistribution],
        accept: Callable[[dict[str, Any]], bool],
    ) -> None:
        """Wrap a sampler.

        Args:
            make: Makes the sampler from a seed.
            seed: Seed of this trial.
            space: All parameters; the space is flat, so they are drawn together.
            accept: Whether a full set of parameters is acceptable.
        """
        self._make = make
        self._seed = seed
        self._space = dict(space)
        self._accept = accept

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:  # noqa: ARG002
        """All parameters, because a flat space is known before any trial."""
        return dict(self._space)

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Draw until a draw is acceptable."""
        if "fixed_params" in trial.system_attrs or not search_space:  # enqueued: nothing is to be drawn
            return {}
        proposed: dict[str, Any] = {}
        for attempt in range(MAX_DRAWS):
            if attempt < SAMPLER_DRAWS:
                drawn = proposed = self._ask(derive_seed(self._seed, "attempt", attempt), study, trial)
            else:
                drawn = self._changed(proposed, attempt - SAMPLER_DRAWS + 1, study, trial)
            if self._accept(drawn):
                break
        return drawn

    def _ask(self, seed: int, study: Study, trial: FrozenTrial) -> dict[str, Any]:
        """A full set of parameters from the wrapped sampler."""
        sampler = self._make(seed)
        drawn = dict(sampler.sample_relative(study, trial, self._space))
        for name, distribution in self._space.items():
            if name not in drawn:
                drawn[name] = sampler.sample_independent(study, trial, name, distribution)
        return drawn

    def _changed(self, params: dict[str, Any], count: int, study: Study, trial: FrozenTrial) -> dict[str, Any]:
        """*params* with up to *count* of them drawn anew."""
        names = generator(self._seed, "change", count).permutation(list(self._space))[:count]
        anew = optuna.samplers.RandomSampler(seed=derive_seed(self._seed, "anew", count))
        return params | {str(n): anew.sample_independent(study, trial, str(n), self._space[str(n)]) for n in names}

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """Not reached, because all parameters are drawn together; answers as the wrapped sampler would."""
        return self._make(self._seed).sample_independent(study, trial, param_name, param_distribution)
