"""DARTS: all operations at once, weighted by the softmax of the alphas (Liu, Simonyan and Yang 2019)."""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Tensor

from automl_flow.nas.one_shot.base import OneShot, OneShotConfig
from automl_flow.nas.one_shot.relaxation import AlphaUpdate, Loss, Relaxation, alpha_gradients, set_gradients
from automl_flow.nas.one_shot.supernet import Supernet

PERTURBATION = 0.01  # norm of the weights' change in the finite difference, as in the paper


class DartsConfig(OneShotConfig):
    """Settings of DARTS.

    Attributes:
        second_order: Take the alphas' gradient behind one step of the weights instead of at the current weights; costs
            four more passes per step.
        epochs: Few, because all operations run at all sites, which is expensive on a CPU.
        partial_channels: For the same reason only every second channel is mixed.
    """

    second_order: bool = False
    epochs: int = Field(8, ge=1)
    partial_channels: int = Field(2, ge=1)


class Darts(Relaxation):
    """Continuous relaxation, solved as a bilevel problem by alternating steps."""

    def __init__(self, config: DartsConfig) -> None:
        self.second_order = config.second_order

    def draw(self, supernet: Supernet, progress: float) -> None:  # noqa: ARG002 - the same at any time
        """Mix by softmax."""
        supernet.set_mixture({name: alpha.softmax(0) for name, alpha in supernet.alphas.items()})

    def learn(self, step: AlphaUpdate) -> float:
        """First order: the gradient at the current weights. Second order: see :func:`unrolled_gradients`."""
        if not self.second_order:
            return super().learn(step)

        def mixed(loss: Loss) -> Tensor:
            self.draw(step.supernet, step.progress)
            return loss()

        value, gradients = unrolled_gradients(
            step.supernet, lambda: mixed(step.weight_loss), lambda: mixed(step.alpha_loss), step.rate
        )
        set_gradients(step.supernet, gradients)
        return value


def unrolled_gradients(
    supernet: Supernet, weight_loss: Loss, alpha_loss: Loss, rate: float, perturbation: float = PERTURBATION
) -> tuple[float, list[Tensor]]:
    """Gradients of the alphas' loss at the weights that one step of gradient descent would lead to.

    Equations 6 to 8 of the paper: the product of the mixed second derivative with the gradient of the stepped weights
    is a central difference of first derivatives. Weights are the same before and after.

    Args:
        supernet: The supernet.
        weight_loss: Loss that the weights descend.
        alpha_loss: Loss that the alphas descend.
        rate: Length of the weights' step.
        perturbation: Norm of the weights' change in the finite difference.

    Returns:
        The alphas' loss, and the gradient for each architecture parameter of the supernet.
    """
    weights = supernet.weights()
    kept = [w.detach().clone() for w in weights]

    def move(directions: list[Tensor], length: float) -> None:
        with torch.no_grad():
            for weight, before, direction in zip(weights, kept, directions, strict=True):
                weight.copy_(before + length * direction)

    move(_weight_gradients(weights, weight_loss()), -rate)
    loss = alpha_loss()
    parameters = supernet.architecture_parameters()
    direct = torch.autograd.grad(loss, [*parameters, *weights], allow_unused=True)
    count = len(parameters)
    behind = _filled(weights, direct[count:])
    epsilon = perturbation / max(1e-12, float(torch.sqrt(sum((g * g).sum() for g in behind))))  # type: ignore[arg-type]
    move(behind, epsilon)
    plus = alpha_gradients(supernet, weight_loss())
    move(behind, -epsilon)
    minus = alpha_gradients(supernet, weight_loss())
    move(behind, 0.0)
    here = _filled(parameters, direct[:count])
    gradients = [d - rate * (p - m) / (2 * epsilon) for d, p, m in zip(here, plus, minus, strict=True)]
    return float(loss.detach()), gradients


def _weight_gradients(weights: list[torch.nn.Parameter], loss: Tensor) -> list[Tensor]:
    return _filled(weights, torch.autograd.grad(loss, weights, allow_unused=True))


def _filled(tensors: list[torch.nn.Parameter], gradients: tuple[Tensor | None, ...]) -> list[Tensor]:
    """The gradients, zero where there is none."""
    return [torch.zeros_like(t) if g is None else g for t, g in zip(tensors, gradients, strict=True)]


ENTRY = OneShot("all operations mixed by softmax, first or second order", DartsConfig, Darts)
