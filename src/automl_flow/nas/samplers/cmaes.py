"""Optuna's CMA-ES, for spaces of numbers."""

from __future__ import annotations

import optuna

from automl_flow.nas.samplers.base import SamplerEntry


def build(
    seed: int, startup: int, *, sigma0: float | None = None, popsize: int | None = None
) -> optuna.samplers.CmaEsSampler:
    """Make the sampler; it draws categorical parameters at random."""
    return optuna.samplers.CmaEsSampler(
        seed=seed,
        n_startup_trials=startup,
        sigma0=sigma0,
        popsize=popsize,
        warn_independent_sampling=False,
        with_margin=False,
        lr_adapt=False,
        use_separable_cma=False,
    )


ENTRY = SamplerEntry(build, about="CMA-ES for numeric parameters (Optuna)", multi_objective=False, requires=("cmaes",))
