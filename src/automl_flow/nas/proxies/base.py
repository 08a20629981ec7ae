"""The interface of a zero-cost proxy, and what proxies share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor, nn

Measure = Callable[["nn.Module", "Tensor", "Tensor"], float]


@dataclass(frozen=True)
class Proxy:
    """A score of an untrained network; greater promises a better network.

    Attributes:
        measure: Called with the network, a batch (N, …) that it takes, and its targets (N,): int64 class codes or
            float32 values. Returns NaN or an infinity where the number does not exist. The network's weights,
            buffers, gradients and modes are as before.
        about: Short description.
        paper: Source; empty for plain counts.
        votes: Whether it takes part in the vote of :func:`automl_flow.nas.proxies.measure.rank_vote`.
        cheap: Whether it is cheap enough to be measured for every trial, to report how it correlates with the loss.
    """

    measure: Measure
    about: str
    paper: str = ""
    votes: bool = True
    cheap: bool = False


@contextmanager
def untouched(network: nn.Module, *, train: bool) -> Iterator[None]:
    """Run a block with the network in train or eval mode; weights, buffers, gradients, modes are put back.

    Dropout is switched off and drawn random numbers do not count outside.
    """
    import torch
    from torch import nn as layers

    modes = {module: module.training for module in network.modules()}
    tensors = {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}
    gradients = {parameter: parameter.grad for parameter in network.parameters()}
    wanted = {parameter: parameter.requires_grad for parameter in network.parameters()}
    network.train(train)
    for module in network.modules():
        if isinstance(module, layers.modules.dropout._DropoutNd):
            module.eval()
    for parameter in network.parameters():
        parameter.grad = None
        parameter.requires_grad = True
    try:
        with torch.random.fork_rng():
            torch.manual_seed(0)
            yield
    finally:
        network.load_state_dict(tensors)
        for parameter, gradient in gradients.items():
            parameter.grad = gradient
            parameter.requires_grad = wanted[parameter]
        for module, training in modes.items():
            module.training = training


def loss_of(output: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy for class codes (N,) and labels (N, k), mean squared error for values."""
    from torch.nn import functional

    if target.is_floating_point():
        return functional.mse_loss(output.reshape(target.shape), target)
    if target.dim() == 2:
        return functional.binary_cross_entropy_with_logits(output, target.to(output.dtype))
    return functional.cross_entropy(output, target)


def weights_of(network: nn.Module) -> list[Tensor]:
    """Parameters that mix features (two axes or more); biases and norms are left out."""
    return [parameter for parameter in network.parameters() if parameter.dim() > 1]
