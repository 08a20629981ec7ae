"""Number of parameters: the baseline that every proxy has to beat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl_flow.nas.proxies.base import Proxy

if TYPE_CHECKING:
    from torch import Tensor, nn


def parameters(network: nn.Module, batch: Tensor, targets: Tensor) -> float:  # noqa: ARG001  # one form for all
    """Count the parameters."""
    return float(sum(parameter.numel() for parameter in network.parameters()))


ENTRY = Proxy(parameters, about="number of parameters", cheap=True)
