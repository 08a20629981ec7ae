"""Floating point operations per sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl_flow.nas.proxies.base import Proxy, untouched

if TYPE_CHECKING:
    from torch import Tensor, nn


def flops(network: nn.Module, batch: Tensor, targets: Tensor) -> float:  # noqa: ARG001  # one form for all
    """Count the operations of matrix products and convolutions for the first sample."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    with untouched(network, train=False), torch.no_grad(), FlopCounterMode(display=False) as counter:
        network(batch[:1])
    return float(counter.get_total_flops())


ENTRY = Proxy(flops, about="floating point operations of one sample", votes=False, cheap=True)
