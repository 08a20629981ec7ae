"""Samplers for Optuna that suit architecture spaces: many choices, few trials. A file here is a sampler.

They read the study's history and keep no state, so any Optuna study can use them, and a resumed study continues as
an unbroken one would have. Importing them does not import torch.
"""

from automl_flow.core.registry import Registry
from automl_flow.nas.samplers.bananas import BananasSampler
from automl_flow.nas.samplers.base import SamplerEntry
from automl_flow.nas.samplers.evolution import RegularizedEvolutionSampler
from automl_flow.nas.samplers.gaussian_process import GaussianProcessSampler
from automl_flow.nas.samplers.reinforce import ReinforceSampler

SAMPLERS: Registry[SamplerEntry] = Registry("automl_flow.nas.samplers", "sampler")

__all__ = [
    "SAMPLERS",
    "BananasSampler",
    "GaussianProcessSampler",
    "RegularizedEvolutionSampler",
    "ReinforceSampler",
    "SamplerEntry",
]
