"""Layers that several operations are made of."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn

from automl_flow.nas.operations.base import Place


class Zero(nn.Module):
    """All zeros in the shape that the place asks for.

    Shape:
        - Input: (N, C_in, …)
        - Output: (N, C_out, …), the axes after C shrunk by the stride
    """

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place

    def forward(self, x: Tensor) -> Tensor:
        """Return zeros; the gradient to *x* is zero too, not missing."""
        if self.place.stride > 1:
            x = x[(slice(None), slice(None), *[slice(None, None, self.place.stride)] * (x.dim() - 2))]
        if self.place.channels_in != self.place.channels_out:
            return (x * 0.0).sum(1, keepdim=True).expand(-1, self.place.channels_out, *x.shape[2:])
        return x * 0.0


def norm(place: Place, channels: int | None = None) -> nn.Module:
    """Batch norm over the output channels of *place* (or over *channels*), without scale and shift in a supernet."""
    cls = nn.BatchNorm2d if place.kind == "image" else nn.BatchNorm1d
    return cls(channels or place.channels_out, affine=place.affine)


def conv(place: Place, kernel: int, *, dilation: int = 1, depthwise: bool = False, stride: int | None = None,
         channels: tuple[int, int] | None = None) -> nn.Module:  # fmt: skip
    """A convolution without bias (a batch norm follows) whose output has ``ceil(size / stride)`` steps.

    Args:
        place: Where it stands.
        kernel: Odd width of the window.
        dilation: Distance between the inputs under the window.
        depthwise: A filter per input channel; the channels stay as they are.
        stride: Overrides the place's.
        channels: (in, out) instead of the place's.
    """
    before, after = channels or (place.channels_in, place.channels_out)
    if depthwise:
        after = before
    cls = nn.Conv2d if place.kind == "image" else nn.Conv1d
    return cls(before, after, kernel, stride=place.stride if stride is None else stride,
               padding=dilation * (kernel // 2), dilation=dilation,
               groups=before if depthwise else 1, bias=False)  # fmt: skip


def relu_conv_norm(place: Place, kernel: int) -> nn.Module:
    """ReLU, convolution, batch norm: the order of NAS-Bench-201 and DARTS, so that outputs can be added."""
    return nn.Sequential(nn.ReLU(), conv(place, kernel), norm(place))


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


def identity(place: Place) -> nn.Module:
    """The input itself; where the shape changes, an average over each step and a pointwise projection."""
    if place.stride == 1 and place.channels_in == place.channels_out:
        return nn.Identity()
    if place.kind == "table":
        return nn.Linear(place.channels_in, place.channels_out, bias=False)
    layers: list[nn.Module] = []
    if place.stride > 1:
        average = nn.AvgPool2d if place.kind == "image" else nn.AvgPool1d
        layers.append(average(place.stride, stride=place.stride, ceil_mode=True, count_include_pad=False))
    return nn.Sequential(*layers, conv(place, 1, stride=1), norm(place))


class Recurrent(nn.Module):
    """A recurrent layer over the steps, then batch norm.

    Shape:
        - Input: (N, C_in, T)
        - Output: (N, C_out, T / stride)
    """

    def __init__(self, place: Place, cell: type[nn.RNN | nn.LSTM | nn.GRU], *, directions: int) -> None:
        super().__init__()
        if place.channels_out % directions:
            raise ValueError(f"`channels_out` must be even for two directions, got {place.channels_out}")
        self.stride = place.stride
        self.layer = cell(
            place.channels_in,
            place.channels_out // directions,
            batch_first=True,
            bidirectional=directions == 2,
        )
        self.norm = norm(place)

    def forward(self, x: Tensor) -> Tensor:
        """Run over the steps, from both sides if there are two directions."""
        y, _ = self.layer(x.transpose(1, 2))  # (N, C_in, T) -> (N, T, C_out)
        return self.norm(y.transpose(1, 2)[..., :: self.stride])  # type: ignore[no-any-return]


class Highway(nn.Module):
    """The state, moved towards an activation of it as far as a gate says: ``x + σ(Ax) (f(Bx) - x)``, step by step.

    There is no batch norm: it stands inside a recurrence, where the statistics differ from step to step.

    Shape:
        - Input: (N, C_in) or (N, C_in, T)
        - Output: (N, C_out) or (N, C_out, T / stride)
    """

    def __init__(self, place: Place, activation: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.activation, self.stride = activation, place.stride
        self.carry = nn.Identity() if place.channels_in == place.channels_out else _pointwise(place, 1)
        self.both = _pointwise(place, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Take the step."""
        if self.stride > 1:
            x = x[..., :: self.stride]
        gate, new = self.both(x).chunk(2, dim=1)
        carried = self.carry(x)
        return carried + gate.sigmoid() * (self.activation(new) - carried)  # type: ignore[no-any-return]


def _pointwise(place: Place, times: int) -> nn.Module:
    """A linear map of the channels to *times* the output channels."""
    if place.kind == "table":
        return nn.Linear(place.channels_in, times * place.channels_out)
    return nn.Conv1d(place.channels_in, times * place.channels_out, 1)
