"""Basic residual block: two 3×3 convolutions beside a shortcut (He et al. 2016)."""

from __future__ import annotations

from torch import Tensor, nn

from automl_flow.nas.operations.base import Operation, Place
from automl_flow.nas.operations.layers import conv, identity, norm


class ResidualConvolution(nn.Module):
    """ReLU, 3×3, norm, ReLU, 3×3, norm, added to the (projected) input.

    Shape:
        - Input: (N, C_in, H, W)
        - Output: (N, C_out, H / stride, W / stride)
    """

    def __init__(self, place: Place) -> None:
        super().__init__()
        c = place.channels_out
        self.shortcut = identity(place)
        self.body = nn.Sequential(
            nn.ReLU(), conv(place, 3), norm(place), nn.ReLU(), conv(place, 3, stride=1, channels=(c, c)), norm(place)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Add the body to the shortcut."""
        return self.shortcut(x) + self.body(x)  # type: ignore[no-any-return]


ENTRY = Operation(ResidualConvolution, kinds=("image",), about="residual block, 3×3")
