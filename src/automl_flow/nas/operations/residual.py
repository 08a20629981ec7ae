"""Blocks whose body is added to a shortcut: basic residual, inverted bottleneck, residual dense."""

from __future__ import annotations

from torch import Tensor, nn

from automl_flow.nas.operations.base import Operation, OpSite
from automl_flow.nas.operations.layers import conv, identity, norm

BOTTLENECK_EXPANSION = 3  # channels inside the inverted bottleneck / channels before it
RESIDUAL_EXPANSION = 2  # units inside the residual dense block / units after it


class ResidualConvolution(nn.Module):
    """ReLU, 3×3, norm, ReLU, 3×3, norm, added to the (projected) input (He et al. 2016).

    Shape:
        - Input: (N, C_in, H, W)
        - Output: (N, C_out, H / stride, W / stride)
    """

    def __init__(self, site: OpSite) -> None:
        super().__init__()
        c = site.channels_out
        self.shortcut = identity(site)
        self.body = nn.Sequential(
            nn.ReLU(), conv(site, 3), norm(site), nn.ReLU(), conv(site, 3, stride=1, channels=(c, c)), norm(site)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Add the body to the shortcut."""
        return self.shortcut(x) + self.body(x)  # type: ignore[no-any-return]


class InvertedBottleneck(nn.Module):
    """1×1 to three times the channels, 3×3 depthwise, squeeze-and-excitation, 1×1 back, added to the input.

    Sources: Sandler et al. 2018 (MobileNetV2), Hu et al. 2018 (squeeze-and-excitation).

    Shape:
        - Input: (N, C_in, H, W)
        - Output: (N, C_out, H / stride, W / stride)
    """

    def __init__(self, site: OpSite) -> None:
        super().__init__()
        before, after = site.channels_in, site.channels_out
        wide = BOTTLENECK_EXPANSION * before
        self.shortcut = identity(site)
        self.widen = nn.Sequential(conv(site, 1, stride=1, channels=(before, wide)), norm(site, wide), nn.ReLU())
        spatial = conv(site, 3, depthwise=True, channels=(wide, wide))
        self.spatial = nn.Sequential(spatial, norm(site, wide), nn.ReLU())
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(wide, wide // 8, 1),
            nn.ReLU(),
            nn.Conv2d(wide // 8, wide, 1),
            nn.Sigmoid(),
        )
        self.narrow = nn.Sequential(conv(site, 1, stride=1, channels=(wide, after)), norm(site))

    def forward(self, x: Tensor) -> Tensor:
        """Add the gated body to the shortcut."""
        y = self.spatial(self.widen(x))
        return self.shortcut(x) + self.narrow(y * self.gate(y))  # type: ignore[no-any-return]


class DenseResidual(nn.Module):
    """Norm, widen, ReLU, dropout, narrow, added to the (projected) input: a block of the tabular ResNet.

    Source: Gorishniy et al. 2021.

    Shape:
        - Input: (N, C_in)
        - Output: (N, C_out)
    """

    def __init__(self, site: OpSite) -> None:
        super().__init__()
        c = site.channels_out
        self.project = identity(site)
        self.body = nn.Sequential(
            norm(site),
            nn.Linear(c, RESIDUAL_EXPANSION * c),
            nn.ReLU(),
            nn.Dropout(site.dropout),
            nn.Linear(RESIDUAL_EXPANSION * c, c),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Add the body to the (projected) input."""
        x = self.project(x)
        return x + self.body(x)  # type: ignore[no-any-return]


ENTRIES = {
    "res_conv_3x3": Operation(ResidualConvolution, kinds=("image",), about="residual block, 3×3"),
    "inv_conv_3x3": Operation(InvertedBottleneck, kinds=("image",), about="inverted bottleneck, 3×3"),
    "dense_residual": Operation(DenseResidual, kinds=("table",), about="residual dense block"),
}
