"""Building blocks that operations and spaces share: norm, convolution, identity."""

from __future__ import annotations

from torch import nn

from automl_flow.nas.operations.base import OpSite


def norm(site: OpSite, channels: int | None = None) -> nn.Module:
    """Batch norm over the output channels of *site* (or over *channels*), without scale and shift in a supernet."""
    cls = nn.BatchNorm2d if site.kind == "image" else nn.BatchNorm1d
    return cls(channels or site.channels_out, affine=site.affine)


def conv(site: OpSite, kernel: int, *, dilation: int = 1, depthwise: bool = False, stride: int | None = None,
         channels: tuple[int, int] | None = None) -> nn.Module:  # fmt: skip
    """A convolution without bias (a batch norm follows) whose output has ``ceil(size / stride)`` steps.

    Args:
        site: Channels and stride, unless overridden.
        kernel: Odd width of the window.
        dilation: Distance between the inputs under the window.
        depthwise: One filter per input channel; the number of channels stays.
        stride: Instead of the site's.
        channels: (in, out) instead of the site's.
    """
    before, after = channels or (site.channels_in, site.channels_out)
    if depthwise:
        after = before
    cls = nn.Conv2d if site.kind == "image" else nn.Conv1d
    return cls(before, after, kernel, stride=site.stride if stride is None else stride,
               padding=dilation * (kernel // 2), dilation=dilation,
               groups=before if depthwise else 1, bias=False)  # fmt: skip


def relu_conv_norm(site: OpSite, kernel: int) -> nn.Module:
    """ReLU, convolution, batch norm: the order of NAS-Bench-201 and DARTS, so that outputs can be added."""
    return nn.Sequential(nn.ReLU(), conv(site, kernel), norm(site))


def identity(site: OpSite) -> nn.Module:
    """The input itself; where the shape changes, an average over each step and a pointwise projection."""
    if site.stride == 1 and site.channels_in == site.channels_out:
        return nn.Identity()
    if site.kind == "table":
        return nn.Linear(site.channels_in, site.channels_out, bias=False)
    layers: list[nn.Module] = []
    if site.stride > 1:
        average = nn.AvgPool2d if site.kind == "image" else nn.AvgPool1d
        layers.append(average(site.stride, stride=site.stride, ceil_mode=True, count_include_pad=False))
    return nn.Sequential(*layers, conv(site, 1, stride=1), norm(site))
