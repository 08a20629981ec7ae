"""Gradient norm: how far the first step would go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl_flow.nas.proxies.base import Proxy, loss_of, untouched, weights_of

if TYPE_CHECKING:
    from torch import Tensor, nn


def grad_norm(network: nn.Module, batch: Tensor, targets: Tensor) -> float:
    """Sum over the layers of the Euclidean norm of the loss's gradient by their weights."""
    import torch

    with untouched(network, train=True):
        weights = weights_of(network)
        gradients = torch.autograd.grad(loss_of(network(batch), targets), weights, allow_unused=True)
    return sum((float(g.norm()) for g in gradients if g is not None), 0.0)


ENTRY = Proxy(grad_norm, about="length of the first gradient", paper="Abdelfattah et al., ICLR 2021", votes=False)
