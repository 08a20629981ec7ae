"""Optuna's own Gaussian process, which treats choices as coordinates."""

from __future__ import annotations

import optuna

from automl_flow.nas.samplers.base import SamplerEntry


def build(seed: int, startup: int, *, deterministic_objective: bool = False) -> optuna.samplers.GPSampler:
    """Make the sampler; it needs torch when it is asked, and one thread per process."""
    return optuna.samplers.GPSampler(
        seed=seed,
        n_startup_trials=startup,
        deterministic_objective=deterministic_objective,
        warn_independent_sampling=False,
    )


ENTRY = SamplerEntry(build, about="Gaussian process over one-hot coordinates (Optuna)", requires=("torch",))
