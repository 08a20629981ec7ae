"""Convolutions: plain, separable and dilated, over images and sequences.

Sources: NAS-Bench-201 (Dong and Yang 2020) for the plain ones, DARTS (Liu et al. 2019) for the separable and dilated
ones. All start with a ReLU and end with a batch norm, so that their outputs can be added.
"""

from __future__ import annotations

from torch import nn

from automl_flow.nas.operations.base import Operation, OpSite
from automl_flow.nas.operations.layers import conv, norm, relu_conv_norm


def separable(site: OpSite, kernel: int) -> nn.Module:
    """DARTS' separable convolution: twice ReLU, depthwise, pointwise, batch norm; the stride is in the first."""
    c, inner = site.channels_in, (site.channels_in, site.channels_in)
    return nn.Sequential(
        nn.ReLU(),
        conv(site, kernel, depthwise=True),
        conv(site, 1, stride=1, channels=inner),
        norm(site, c),
        nn.ReLU(),
        conv(site, kernel, depthwise=True, stride=1),
        conv(site, 1, stride=1),
        norm(site),
    )


def dilated(site: OpSite, kernel: int) -> nn.Module:
    """DARTS' dilated convolution: ReLU, depthwise with dilation 2, pointwise, batch norm."""
    return nn.Sequential(
        nn.ReLU(),
        conv(site, kernel, dilation=2, depthwise=True),
        conv(site, 1, stride=1),
        norm(site),
    )


ENTRIES = {
    "nor_conv_1x1": Operation(lambda site: relu_conv_norm(site, 1), kinds=("image",), about="1×1 convolution"),
    "nor_conv_3x3": Operation(lambda site: relu_conv_norm(site, 3), kinds=("image",), about="3×3 convolution"),
    "nor_conv_5x5": Operation(lambda site: relu_conv_norm(site, 5), kinds=("image",), about="5×5 convolution"),
    "sep_conv_3x3": Operation(lambda site: separable(site, 3), kinds=("image",), about="3×3 separable convolution"),
    "sep_conv_5x5": Operation(lambda site: separable(site, 5), kinds=("image",), about="5×5 separable convolution"),
    "dil_conv_3x3": Operation(lambda site: dilated(site, 3), kinds=("image",), about="3×3 dilated convolution"),
    "dil_conv_5x5": Operation(lambda site: dilated(site, 5), kinds=("image",), about="5×5 dilated convolution"),
    "conv_3": Operation(lambda site: relu_conv_norm(site, 3), kinds=("sequence",), about="convolution, 3 steps"),
    "conv_5": Operation(lambda site: relu_conv_norm(site, 5), kinds=("sequence",), about="convolution, 5 steps"),
    "conv_9": Operation(lambda site: relu_conv_norm(site, 9), kinds=("sequence",), about="convolution, 9 steps"),
    "sep_conv_5": Operation(
        lambda site: separable(site, 5), kinds=("sequence",), about="separable convolution, 5 steps"
    ),
    "dil_conv_3": Operation(
        lambda site: dilated(site, 3), kinds=("sequence",), about="dilated convolution, 3 of 5 steps"
    ),
}
