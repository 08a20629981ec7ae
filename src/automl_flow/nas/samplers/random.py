"""Random search."""

from __future__ import annotations

import optuna

from automl_flow.nas.samplers.base import SamplerEntry


def build(seed: int, startup: int) -> optuna.samplers.RandomSampler:  # noqa: ARG001  # all of it is start-up
    """Make the sampler."""
    return optuna.samplers.RandomSampler(seed=seed)


ENTRY = SamplerEntry(build, about="random search (Optuna)")
