"""Gated steps from a state to the next: the nodes of the recurrent cells of ENAS (Pham et al. 2018)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from automl_flow.nas.operations.base import Operation, OpSite
from automl_flow.nas.shape import Kind


class Highway(nn.Module):
    """A gated step from the state towards an activation of it: ``x + σ(Ax) (f(Bx) - x)``, step by step.

    There is no batch norm, because inside a recurrence the statistics differ from step to step.

    Shape:
        - Input: (N, C_in) or (N, C_in, T)
        - Output: (N, C_out) or (N, C_out, T / stride)
    """

    def __init__(self, site: OpSite, activation: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.activation, self.stride = activation, site.stride
        self.carry = nn.Identity() if site.channels_in == site.channels_out else _pointwise(site, 1)
        self.both = _pointwise(site, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Take the step."""
        if self.stride > 1:
            x = x[..., :: self.stride]
        gate, new = self.both(x).chunk(2, dim=1)
        carried = self.carry(x)
        return carried + gate.sigmoid() * (self.activation(new) - carried)  # type: ignore[no-any-return]


def _pointwise(site: OpSite, times: int) -> nn.Module:
    """A linear map of the channels to *times* the output channels."""
    if site.kind == "table":
        return nn.Linear(site.channels_in, times * site.channels_out)
    return nn.Conv1d(site.channels_in, times * site.channels_out, 1)


_KINDS: tuple[Kind, ...] = ("sequence", "table")

ENTRIES = {
    # A module of its own for each site: a shared one would be a single layer that runs several times.
    "highway_identity": Operation(
        lambda site: Highway(site, nn.Identity()), kinds=_KINDS, about="highway step, linear"
    ),
    "highway_relu": Operation(lambda site: Highway(site, torch.relu), kinds=_KINDS, about="highway step, ReLU"),
    "highway_sigmoid": Operation(
        lambda site: Highway(site, torch.sigmoid), kinds=_KINDS, about="highway step, sigmoid"
    ),
    "highway_tanh": Operation(lambda site: Highway(site, torch.tanh), kinds=_KINDS, about="highway step, tanh"),
}
