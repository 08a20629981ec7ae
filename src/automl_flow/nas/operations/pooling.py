"""Average and maximum over 3×3 windows (NAS-Bench-201, DARTS) and over 3 steps."""

from __future__ import annotations

from torch import nn

from automl_flow.nas.operations.base import Operation, OpSite
from automl_flow.nas.operations.layers import conv, norm
from automl_flow.nas.shape import Kind


def pool(site: OpSite, mode: str, kernel: int = 3) -> nn.Module:
    """Average or maximum over a window; where the channels change, a pointwise convolution comes first."""
    image, padding = site.kind == "image", kernel // 2
    window: nn.Module
    if mode == "avg":
        average = nn.AvgPool2d if image else nn.AvgPool1d
        window = average(kernel, stride=site.stride, padding=padding, count_include_pad=False)
    else:
        maximum = nn.MaxPool2d if image else nn.MaxPool1d
        window = maximum(kernel, stride=site.stride, padding=padding)
    if site.channels_in == site.channels_out:
        return window
    return nn.Sequential(nn.ReLU(), conv(site, 1, stride=1), norm(site), window)


def _pooling(mode: str, kind: Kind, about: str) -> Operation:
    return Operation(lambda site: pool(site, mode), kinds=(kind,), parameter_free=True, about=about)


ENTRIES = {
    "avg_pool_3x3": _pooling("avg", "image", "3×3 average"),
    "max_pool_3x3": _pooling("max", "image", "3×3 maximum"),
    "avg_pool_3": _pooling("avg", "sequence", "average, 3 steps"),
    "max_pool_3": _pooling("max", "sequence", "maximum, 3 steps"),
}
