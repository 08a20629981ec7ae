"""Bayesian optimisation with a Gaussian process within each family, families in turn."""

from __future__ import annotations

import optuna

from automl_flow.tabular.suggest.samplers import random_sampler
from automl_flow.tabular.suggest.strategy import MIN_TOLD_TRIALS, Strategy


def sampler(seed: int) -> optuna.samplers.BaseSampler:
    """Make the sampler."""
    return optuna.samplers.GPSampler(
        seed=seed,
        independent_sampler=random_sampler(seed),
        n_startup_trials=MIN_TOLD_TRIALS,
        deterministic_objective=False,
        warn_independent_sampling=False,
    )


ENTRY = Strategy(about="Gaussian process (Optuna)", sampler=sampler)
