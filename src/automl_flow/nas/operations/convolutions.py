"""Convolutions: plain, separable and dilated, over images and sequences.

Sources: NAS-Bench-201 (Dong and Yang 2020) for the plain ones, DARTS (Liu et al. 2019) for the separable and dilated
ones. All begin with the ReLU and end with the batch norm, so that their outputs can be added.
"""

from __future__ import annotations

from torch import nn

from automl_flow.nas.operations.base import Operation, Place
from automl_flow.nas.operations.layers import conv, norm, relu_conv_norm


def separable(place: Place, kernel: int) -> nn.Module:
    """DARTS' separable convolution: twice ReLU, depthwise, pointwise, batch norm; the stride is in the first."""
    c, inner = place.channels_in, (place.channels_in, place.channels_in)
    return nn.Sequential(
        nn.ReLU(),
        conv(place, kernel, depthwise=True),
        conv(place, 1, stride=1, channels=inner),
        norm(place, c),
        nn.ReLU(),
        conv(place, kernel, depthwise=True, stride=1),
        conv(place, 1, stride=1),
        norm(place),
    )


def dilated(place: Place, kernel: int) -> nn.Module:
    """DARTS' dilated convolution: ReLU, depthwise with dilation 2, pointwise, batch norm."""
    return nn.Sequential(
        nn.ReLU(),
        conv(place, kernel, dilation=2, depthwise=True),
        conv(place, 1, stride=1),
        norm(place),
    )


ENTRIES = {
    "nor_conv_1x1": Operation(lambda place: relu_conv_norm(place, 1), kinds=("image",), about="1×1 convolution"),
    "nor_conv_3x3": Operation(lambda place: relu_conv_norm(place, 3), kinds=("image",), about="3×3 convolution"),
    "nor_conv_5x5": Operation(lambda place: relu_conv_norm(place, 5), kinds=("image",), about="5×5 convolution"),
    "sep_conv_3x3": Operation(lambda place: separable(place, 3), kinds=("image",), about="3×3 separable convolution"),
    "sep_conv_5x5": Operation(lambda place: separable(place, 5), kinds=("image",), about="5×5 separable convolution"),
    "dil_conv_3x3": Operation(lambda place: dilated(place, 3), kinds=("image",), about="3×3 dilated convolution"),
    "dil_conv_5x5": Operation(lambda place: dilated(place, 5), kinds=("image",), about="5×5 dilated convolution"),
    "conv_3": Operation(lambda place: relu_conv_norm(place, 3), kinds=("sequence",), about="convolution, 3 steps"),
    "conv_5": Operation(lambda place: relu_conv_norm(place, 5), kinds=("sequence",), about="convolution, 5 steps"),
    "conv_9": Operation(lambda place: relu_conv_norm(place, 9), kinds=("sequence",), about="convolution, 9 steps"),
    "sep_conv_5": Operation(
        lambda place: separable(place, 5), kinds=("sequence",), about="separable convolution, 5 steps"
    ),
    "dil_conv_3": Operation(
        lambda place: dilated(place, 3), kinds=("sequence",), about="dilated convolution, 3 of 5 steps"
    ),
}
