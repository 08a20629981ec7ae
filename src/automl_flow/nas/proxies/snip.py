"""SNIP: sensitivity of the loss to removing single weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl_flow.nas.proxies.base import Proxy, loss_of, untouched, weights_of

if TYPE_CHECKING:
    from torch import Tensor, nn


def snip(network: nn.Module, batch: Tensor, targets: Tensor) -> float:
    """Sum over the weights of the absolute value of weight times gradient of the loss."""
    import torch

    with untouched(network, train=True):
        weights = weights_of(network)
        gradients = torch.autograd.grad(loss_of(network(batch), targets), weights, allow_unused=True)
        pairs = zip(weights, gradients, strict=True)
        return sum((float((w.detach() * g).abs().sum()) for w, g in pairs if g is not None), 0.0)


ENTRY = Proxy(snip, about="sensitivity of the loss to single weights", paper="Lee et al., ICLR 2019", votes=False)
