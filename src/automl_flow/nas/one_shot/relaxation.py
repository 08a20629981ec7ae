"""The relaxation of a strategy: how alphas become mixtures, and how alphas are learned from them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from automl_flow.nas.one_shot.supernet import Supernet

Loss = Callable[[], Tensor]
"""The mean loss of a fixed batch under the current mixture."""


@dataclass(frozen=True)
class AlphaUpdate:
    """The inputs of an update of the alphas.

    Attributes:
        supernet: The supernet.
        weight_loss: Loss on a batch of the weight split.
        alpha_loss: Loss on a batch of the alpha split.
        rate: Current learning rate of the weights.
        progress: Share of the schedule that is done, 0 to 1.
    """

    supernet: Supernet
    weight_loss: Loss
    alpha_loss: Loss
    rate: float
    progress: float


class Relaxation(ABC):
    """Base of the strategies."""

    @abstractmethod
    def draw(self, supernet: Supernet, progress: float) -> None:
        """Set the mixture for the next forward passes, differentiable with respect to the alphas if gradients are on.

        Draws from torch's global generator, which the search seeds and restores.
        """

    def probabilities(self, alpha: Tensor) -> Tensor:
        """Probability of each operation of a choice by its alphas, (K,), with sum 1."""
        return alpha.softmax(0)

    def learn(self, step: AlphaUpdate) -> float:
        """Set the gradients of the alphas; return the loss on the batch of the alpha split."""
        self.draw(step.supernet, step.progress)
        loss = step.alpha_loss() + self.penalty(step.supernet)
        set_gradients(step.supernet, alpha_gradients(step.supernet, loss))
        return float(loss.detach())

    def penalty(self, supernet: Supernet) -> Tensor | float:  # noqa: ARG002 - for those that have one
        """Penalty that is added to the loss of the alphas."""
        return 0.0


def alpha_gradients(supernet: Supernet, loss: Tensor) -> list[Tensor]:
    """Gradients of *loss* with respect to the architecture parameters of the supernet."""
    parameters = supernet.architecture_parameters()
    gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
    return [torch.zeros_like(p) if g is None else g for p, g in zip(parameters, gradients, strict=True)]


def set_gradients(supernet: Supernet, gradients: list[Tensor]) -> None:
    """Set the gradients of the architecture parameters, where their optimiser reads them."""
    for parameter, gradient in zip(supernet.architecture_parameters(), gradients, strict=True):
        parameter.grad = gradient
