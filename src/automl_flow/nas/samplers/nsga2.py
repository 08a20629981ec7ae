"""Optuna's NSGA-II, for several objectives."""

from __future__ import annotations

import optuna

from automl_flow.nas.samplers.base import SamplerEntry


def build(
    seed: int, startup: int, *, population_size: int | None = None, crossover_prob: float = 0.9
) -> optuna.samplers.NSGAIISampler:
    """Make the sampler; the population starts with *startup* random trials."""
    return optuna.samplers.NSGAIISampler(
        seed=seed,
        population_size=population_size or max(2, startup),
        mutation_prob=None,
        crossover=optuna.samplers.nsgaii.UniformCrossover(swapping_prob=0.5),
        crossover_prob=crossover_prob,
    )


ENTRY = SamplerEntry(build, about="NSGA-II, a genetic algorithm for several objectives (Optuna)")
