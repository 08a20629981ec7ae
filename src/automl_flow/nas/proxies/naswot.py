"""NASWOT: how differently the samples activate the rectifiers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl_flow.nas.proxies.base import Proxy, untouched

if TYPE_CHECKING:
    from torch import Tensor, nn

KINDS = ("ReLU", "ReLU6", "LeakyReLU", "GELU", "SiLU", "ELU", "Hardswish")


def naswot(network: nn.Module, batch: Tensor, targets: Tensor) -> float:  # noqa: ARG001  # one form for all
    """Log-determinant of the Hamming kernel of the activation patterns; minus infinity when two samples agree.

    A smooth activation counts as on where its input is positive.
    """
    import torch

    kernel = torch.zeros(len(batch), len(batch), dtype=torch.float64)

    def look(module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:  # noqa: ARG001  # torch's form
        on = (inputs[0].detach().flatten(1) > 0).float()  # (N, units)
        off = 1.0 - on
        kernel.add_((on @ on.T + off @ off.T).double().cpu())

    handles = [m.register_forward_hook(look) for m in network.modules() if type(m).__name__ in KINDS]
    try:
        with untouched(network, train=True), torch.no_grad():
            network(batch)
    finally:
        for handle in handles:
            handle.remove()
    sign, logarithm = torch.linalg.slogdet(kernel)
    return float(logarithm) if float(sign) > 0 else float("-inf")


ENTRY = Proxy(
    naswot, about="separation of samples by activation patterns", paper="Mellor et al., ICML 2021", cheap=True
)
