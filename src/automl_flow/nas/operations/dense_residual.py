"""Residual block of a tabular ResNet (Gorishniy et al. 2021): norm, widen, ReLU, dropout, narrow, add."""

from __future__ import annotations

from torch import Tensor, nn

from automl_flow.nas.operations.base import Operation, Place
from automl_flow.nas.operations.layers import identity, norm

EXPANSION = 2


class DenseResidual(nn.Module):
    """A two-layer body beside a shortcut.

    Shape:
        - Input: (N, C_in)
        - Output: (N, C_out)
    """

    def __init__(self, place: Place) -> None:
        super().__init__()
        c = place.channels_out
        self.project = identity(place)
        self.body = nn.Sequential(
            norm(place),
            nn.Linear(c, EXPANSION * c),
            nn.ReLU(),
            nn.Dropout(place.dropout),
            nn.Linear(EXPANSION * c, c),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Add the body to the (projected) input."""
        x = self.project(x)
        return x + self.body(x)  # type: ignore[no-any-return]


ENTRY = Operation(DenseResidual, kinds=("table",), about="residual dense block")
