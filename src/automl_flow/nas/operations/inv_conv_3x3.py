"""Inverted bottleneck: widen, 3×3 depthwise, gate by channel, narrow (Sandler et al. 2018; Hu et al. 2018)."""

from __future__ import annotations

from torch import Tensor, nn

from automl_flow.nas.operations.base import Operation, Place
from automl_flow.nas.operations.layers import conv, identity, norm

EXPANSION = 3


class InvertedBottleneck(nn.Module):
    """1×1 to three times the channels, 3×3 depthwise, squeeze-and-excitation, 1×1 back, added to the input.

    Shape:
        - Input: (N, C_in, H, W)
        - Output: (N, C_out, H / stride, W / stride)
    """

    def __init__(self, place: Place) -> None:
        super().__init__()
        before, after = place.channels_in, place.channels_out
        wide = EXPANSION * before
        self.shortcut = identity(place)
        self.widen = nn.Sequential(conv(place, 1, stride=1, channels=(before, wide)), norm(place, wide), nn.ReLU())
        spatial = conv(place, 3, depthwise=True, channels=(wide, wide))
        self.spatial = nn.Sequential(spatial, norm(place, wide), nn.ReLU())
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(wide, wide // 8, 1),
            nn.ReLU(),
            nn.Conv2d(wide // 8, wide, 1),
            nn.Sigmoid(),
        )
        self.narrow = nn.Sequential(conv(place, 1, stride=1, channels=(wide, after)), norm(place))

    def forward(self, x: Tensor) -> Tensor:
        """Add the gated body to the shortcut."""
        y = self.spatial(self.widen(x))
        return self.shortcut(x) + self.narrow(y * self.gate(y))  # type: ignore[no-any-return]


ENTRY = Operation(InvertedBottleneck, kinds=("image",), about="inverted bottleneck, 3×3")
