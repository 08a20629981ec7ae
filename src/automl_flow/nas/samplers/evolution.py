"""Regularized evolution with an elite: recent trials breed, old ones age out, the best stay."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.nas.samplers.base import HistorySampler, SamplerEntry, require
from automl_flow.nas.samplers.surrogates.encoding import Vector
from automl_flow.nas.samplers.surrogates.history import TRIES, History


class RegularizedEvolutionSampler(HistorySampler):
    """Aging evolution (Real et al., AAAI 2019) as a reader of the study's history.

    The population is the *population_size* youngest finished trials. The best of a random tournament is mutated in
    one parameter; more are changed only when all near mutants were asked for already. Departs from the paper in that
    the *elite* best trials never die, which helps where a value is not mostly noise, and in that no configuration is
    asked for twice. With several objectives, better means an earlier non-dominated front and less crowding.

    Args:
        seed: Seed of all draws.
        population_size: Trials that breed; also the number of random ones to begin with.
        tournament_size: Trials that compete to be the parent, at most the population.
        elite: Best trials that never age out; 0 for the paper's algorithm.
        crossover: Probability that half of the parameters come from a second parent.

    Raises:
        ConfigError: A number is out of its range.
    """

    def __init__(
        self,
        *,
        seed: int = 42,
        population_size: int = 10,
        tournament_size: int = 5,
        elite: int = 3,
        crossover: float = 0.0,
    ) -> None:
        require(population_size >= 2, f"population_size must be at least 2, got {population_size}")
        require(tournament_size >= 1, f"tournament_size must be at least 1, got {tournament_size}")
        require(elite >= 0, f"elite must not be negative, got {elite}")
        require(0.0 <= crossover <= 1.0, f"crossover must be from 0 to 1, got {crossover}")
        super().__init__(seed=seed, n_startup_trials=population_size, multi_objective="pareto")
        self._population_size = population_size
        self._tournament_size = tournament_size
        self._elite = elite
        self._crossover = crossover

    def _propose(self, history: History, rng: np.random.Generator) -> Vector:
        best = np.argsort(-history.utility, kind="stable")[: self._elite]
        youngest = np.arange(len(history.X))[-self._population_size :]
        population = np.union1d(best, youngest)
        parents = np.stack([self._parent(history, population, rng) for _ in range(TRIES)])
        # The later an attempt, the further from its parent it may go.
        children = history.mutate(parents, 1 + np.arange(TRIES) // 16, rng)
        new = history.is_new(children)
        return np.asarray(children[int(np.argmax(new))]) if new.any() else history.draw_new(rng)

    def _parent(self, history: History, population: NDArray[np.intp], rng: np.random.Generator) -> Vector:
        parent = np.asarray(history.X[self._winner(history, population, rng)])
        if rng.random() >= self._crossover:
            return parent
        other = history.X[self._winner(history, population, rng)]
        return np.where(rng.random(len(parent)) < 0.5, parent, other)

    def _winner(self, history: History, population: NDArray[np.intp], rng: np.random.Generator) -> int:
        drawn = rng.choice(population, size=min(self._tournament_size, len(population)), replace=False)
        return int(drawn[np.argmax(history.utility[drawn])])


def build(seed: int, startup: int, **options: Any) -> RegularizedEvolutionSampler:
    """Make the sampler; the population starts with *startup* random trials."""
    size = options.pop("population_size", max(2, startup))
    return RegularizedEvolutionSampler(seed=seed, population_size=size, **options)


ENTRY = SamplerEntry(build, about="regularized evolution: tournament, one mutation, aging with an elite")
