"""Average and maximum over 3×3 windows (NAS-Bench-201, DARTS) and over 3 steps."""

from __future__ import annotations

from torch import nn

from automl_flow.nas.operations.base import Operation, Place
from automl_flow.nas.operations.layers import conv, norm


def pool(place: Place, mode: str, kernel: int = 3) -> nn.Module:
    """Average or maximum over a window; where the channels change, a pointwise convolution comes first."""
    image, padding = place.kind == "image", kernel // 2
    window: nn.Module
    if mode == "avg":
        average = nn.AvgPool2d if image else nn.AvgPool1d
        window = average(kernel, stride=place.stride, padding=padding, count_include_pad=False)
    else:
        maximum = nn.MaxPool2d if image else nn.MaxPool1d
        window = maximum(kernel, stride=place.stride, padding=padding)
    if place.channels_in == place.channels_out:
        return window
    return nn.Sequential(nn.ReLU(), conv(place, 1, stride=1), norm(place), window)


ENTRIES = {
    "avg_pool_3x3": Operation(lambda place: pool(place, "avg"), kinds=("image",), about="3×3 average", free=True),
    "max_pool_3x3": Operation(lambda place: pool(place, "max"), kinds=("image",), about="3×3 maximum", free=True),
    "avg_pool_3": Operation(lambda place: pool(place, "avg"), kinds=("sequence",), about="average, 3 steps", free=True),
    "max_pool_3": Operation(lambda place: pool(place, "max"), kinds=("sequence",), about="maximum, 3 steps", free=True),
}
