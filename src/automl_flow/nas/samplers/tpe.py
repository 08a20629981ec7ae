"""Optuna's tree-structured Parzen estimator."""

from __future__ import annotations

import optuna

from automl_flow.nas.samplers.base import SamplerEntry


def build(
    seed: int, startup: int, *, multivariate: bool = True, group: bool = False, n_ei_candidates: int = 24
) -> optuna.samplers.TPESampler:
    """Make the sampler."""
    return optuna.samplers.TPESampler(
        seed=seed,
        n_startup_trials=startup,
        n_ei_candidates=n_ei_candidates,
        multivariate=multivariate,
        group=group,
        constant_liar=True,
    )


ENTRY = SamplerEntry(build, about="tree-structured Parzen estimator (Optuna)")
