"""DrNAS: mixtures drawn from Dirichlet distributions whose concentrations are learned (Chen et al. 2021)."""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Tensor
from torch.distributions import Dirichlet, kl_divergence
from torch.nn.functional import elu

from automl_flow.nas.one_shot.base import OneShot, OneShotConfig
from automl_flow.nas.one_shot.relaxation import Relaxation
from automl_flow.nas.one_shot.supernet import Supernet

MIN_CONCENTRATION = 0.01  # below it, samples are numerically one-hot


class DrnasConfig(OneShotConfig):
    """Settings of DrNAS.

    Attributes:
        divergence: Weight of the Kullback-Leibler divergence from the uniform Dirichlet distribution.
        epochs: Few, because all operations run at all sites, which is expensive on a CPU.
        partial_channels: For the same reason only every second channel is mixed.
    """

    divergence: float = Field(1e-3, ge=0)
    epochs: int = Field(8, ge=1)
    partial_channels: int = Field(2, ge=1)


class Drnas(Relaxation):
    """Weights of a mixture are a Dirichlet sample: exploration comes from its spread, preference from its mean."""

    def __init__(self, config: DrnasConfig) -> None:
        self.divergence = config.divergence

    def draw(self, supernet: Supernet, progress: float) -> None:  # noqa: ARG002 - the same at any time
        """Draw the weights of every choice, with a pathwise gradient."""
        supernet.set_mixture({name: _dirichlet(alpha).rsample() for name, alpha in supernet.alphas.items()})

    def probabilities(self, alpha: Tensor) -> Tensor:
        """Mean of the distribution."""
        return _concentration(alpha) / _concentration(alpha).sum()

    def penalty(self, supernet: Supernet) -> Tensor | float:
        """Hold the distributions near the uniform one, so that they keep exploring."""
        terms = [kl_divergence(_dirichlet(a), _dirichlet(torch.zeros_like(a))) for a in supernet.alphas.values()]
        return self.divergence * torch.stack(terms).sum()


def _concentration(alpha: Tensor) -> Tensor:
    """Positive, and 1 at first."""
    return (elu(alpha) + 1.0).clamp_min(MIN_CONCENTRATION)


def _dirichlet(alpha: Tensor) -> Dirichlet:
    return Dirichlet(_concentration(alpha), validate_args=False)


ENTRY = OneShot("mixtures drawn from learned Dirichlet distributions", DrnasConfig, Drnas)
