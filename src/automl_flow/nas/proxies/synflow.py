"""Synflow: how much signal flows through the weights, data apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl_flow.nas.proxies.base import Proxy, untouched, weights_of

if TYPE_CHECKING:
    from torch import Tensor, nn


def synflow(network: nn.Module, batch: Tensor, targets: Tensor) -> float:  # noqa: ARG001  # one form for all
    """Log of the sum over the weights of weight times gradient, all weights made positive, one input of ones.

    Batch norms only scale by their weight here: with the batch's statistics they would undo what is measured.
    In double precision, because the flow of a deep network overflows single precision.
    """
    import torch
    from torch.nn.modules.batchnorm import _BatchNorm

    kinds = {p: p.dtype for p in network.parameters()}
    with untouched(network, train=False):
        network.double()
        try:
            for module in network.modules():
                if isinstance(module, _BatchNorm) and module.running_mean is not None:
                    module.running_mean.zero_()
                    if module.running_var is not None:
                        module.running_var.fill_(1.0)
            with torch.no_grad():
                for parameter in network.parameters():
                    parameter.abs_()
            output = network(torch.ones_like(batch[:1], dtype=torch.float64))
            weights = weights_of(network)
            gradients = torch.autograd.grad(output.sum(), weights, allow_unused=True)
            flow = sum(
                (float((w.detach() * g).sum()) for w, g in zip(weights, gradients, strict=True) if g is not None), 0.0
            )
        finally:
            network.to(next(iter(kinds.values()), torch.float32))
    return float(torch.log(torch.tensor(flow, dtype=torch.float64)))


ENTRY = Proxy(synflow, about="flow of signal through the weights", paper="Tanaka et al., NeurIPS 2020", cheap=True)
