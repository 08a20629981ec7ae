"""Optuna samplers for architecture spaces (many choices, few trials), one sampler per file.

They read the study's history and keep no state: any Optuna study can use them, and a resumed study continues as an
uninterrupted one would. Importing them does not import torch.
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
