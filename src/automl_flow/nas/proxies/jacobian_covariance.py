"""Jacobian covariance: how differently the samples pull at the output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl_flow.nas.proxies.base import Proxy, untouched

if TYPE_CHECKING:
    from torch import Tensor, nn

SMALL = 1e-5


def jacobian_covariance(network: nn.Module, batch: Tensor, targets: Tensor) -> float:  # noqa: ARG001  # one form for all
    """Minus the sum of log(v) + 1/v over the eigenvalues v of the correlations of the input gradients."""
    import torch

    with untouched(network, train=True):
        inputs = batch.detach().clone()
        inputs.requires_grad = True
        (jacobian,) = torch.autograd.grad(network(inputs).sum(), inputs)  # (N, …)
    rows = jacobian.flatten(1).double()
    rows = rows - rows.mean(dim=1, keepdim=True)
    norms = rows.norm(dim=1, keepdim=True)
    if not bool((norms > 0).all()):
        return float("-inf")  # a sample does not reach the output
    values = torch.linalg.eigvalsh((rows / norms) @ (rows / norms).T)
    return -float((torch.log(values.clamp(min=0) + SMALL) + 1.0 / (values.clamp(min=0) + SMALL)).sum())


ENTRY = Proxy(jacobian_covariance, about="independence of the samples' input gradients", paper="Mellor et al., 2020")
