"""CMA-ES (Hansen, 2016) within each family, families in turn; categorical parameters are drawn at random."""

from __future__ import annotations

import optuna

from automl_flow.tabular.suggest.samplers import random_sampler
from automl_flow.tabular.suggest.strategy import Strategy


def sampler(seed: int) -> optuna.samplers.BaseSampler:
    """Make the sampler."""
    return optuna.samplers.CmaEsSampler(
        n_startup_trials=1,
        independent_sampler=random_sampler(seed),
        warn_independent_sampling=False,
        seed=seed,
        with_margin=False,
    )


ENTRY = Strategy(about="CMA-ES for numeric parameters (Optuna)", sampler=sampler, requires=("cmaes",))
