"""GDAS: one sampled operation per choice, with a gradient through the sampling (Dong and Yang 2019)."""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Tensor
from torch.nn.functional import gumbel_softmax

from automl_flow.nas.one_shot.base import OneShot, OneShotConfig
from automl_flow.nas.one_shot.relaxation import Relaxation
from automl_flow.nas.one_shot.supernet import Supernet


class GdasConfig(OneShotConfig):
    """Settings of GDAS.

    Attributes:
        temperature: Of the softmax over logits with Gumbel noise, at the start.
        last_temperature: At the end; it falls linearly.
    """

    temperature: float = Field(10.0, gt=0)
    last_temperature: float = Field(0.1, gt=0)


class Gdas(Relaxation):
    """Straight-through Gumbel-softmax: forward the sampled operation alone, backward its probability."""

    def __init__(self, config: GdasConfig) -> None:
        self.first, self.last = config.temperature, config.last_temperature

    def draw(self, supernet: Supernet, progress: float) -> None:
        """Sample one operation per choice; its weight is 1 with the gradient of its probability."""
        temperature = self.first + (self.last - self.first) * progress
        weights: dict[str, Tensor] = {
            name: gumbel_softmax(alpha.log_softmax(0), tau=temperature, hard=True, dim=0)
            for name, alpha in supernet.alphas.items()
        }
        supernet.set_mixture(weights, {name: int(torch.argmax(w.detach())) for name, w in weights.items()})


ENTRY = OneShot("one sampled operation per choice, learned through Gumbel noise", GdasConfig, Gdas)
