"""Convolutional networks by their outline: stages, depths, widths, kernels, pooling, head."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise

from optuna.distributions import BaseDistribution, CategoricalDistribution
from pydantic import Field
from torch import Tensor, nn

from automl_flow.core.config import Config
from automl_flow.nas.operations import chosen_ops, usable
from automl_flow.nas.operations.base import OpFactory, OpSite
from automl_flow.nas.operations.layers import conv, norm
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces._closest import closest, varied
from automl_flow.nas.spaces._head import Head
from automl_flow.nas.spaces.base import Architecture, Augmentation, Count, Share, Space, Value, Width

MIN_STRIDED_SIZE = 24  # pixels; the stem may halve images from this size on
STEM_SIZE = 40  # pixels; the stem halves larger images until they are at most this wide
MIN_SIZE = 2  # pixels of the last stage
MULTIPLE = 8  # widths are rounded to it


class MacroOptions(Config):
    """Options of the space (``space_options``): each is the list of choices for one parameter.

    Attributes:
        operations: Blocks that a stage may be made of.
        stages: Numbers of stages; those for which the image is too small are left out.
        widths: Channels after the stem.
        growths: Factors of the channels from stage to stage.
        depths: Blocks of a stage; the first stage may also have none (then the stem is the first stage).
        kernels: Kernel of the stem.
        poolings: How the image is halved between stages: ``max``, ``avg`` or ``stride`` (of the next block).
        heads: Neurons of the dense layer before the output; 0 for none.
        dropouts: Before the output.
        augments: Augmentations of training images. Flips are a choice and no default, because mirrored digits are other
            digits. ``none`` is left out unless the user adds it: it wins short trainings, and the long final one then
            overfits.
        max_width: Maximum number of channels of a stage.
    """

    operations: tuple[str, ...] = ("nor_conv_3x3", "nor_conv_5x5", "res_conv_3x3", "sep_conv_3x3", "inv_conv_3x3")
    stages: tuple[Count, ...] = Field((2, 3, 4), min_length=1)
    widths: tuple[Width, ...] = Field((16, 24, 32, 48), min_length=1)
    growths: tuple[float, ...] = Field((1.5, 2.0), min_length=1)
    depths: tuple[Count, ...] = Field((1, 2, 3), min_length=1)
    kernels: tuple[Count, ...] = Field((3, 5), min_length=1)
    poolings: tuple[str, ...] = Field(("max", "avg", "stride"), min_length=1)
    heads: tuple[Width, ...] = Field((0, 128), min_length=1)
    dropouts: tuple[Share, ...] = Field((0.0, 0.2), min_length=1)
    augments: tuple[Augmentation, ...] = Field(("shift", "shift_flip"), min_length=1)
    max_width: int = Field(256, ge=8, le=1 << 16)


class MacroSpace(Space):
    """A stem, then stages of equal blocks, halved between stages, then a head."""

    name = "macro"
    kinds = ("image",)
    Options = MacroOptions

    def __init__(self, options: MacroOptions) -> None:
        self._options = options

    @property
    def options(self) -> MacroOptions:
        """The user's options."""
        return self._options

    def _stages(self, shape: DataShape) -> tuple[int, ...]:
        """Numbers of stages for which the last stage keeps ``MIN_SIZE`` pixels."""
        most = 1 + max(0, int(math.log2(min(shape.height, shape.width, STEM_SIZE) / MIN_SIZE)))
        return tuple(n for n in self.options.stages if n <= most) or (min(most, *self.options.stages),)

    def parameters(self, shape: DataShape) -> dict[str, BaseDistribution]:
        """The outline, then operation and depth per stage."""
        o, stages = self.options, self._stages(shape)
        lists: dict[str, tuple[str | int | float, ...]] = {
            "stages": stages,
            "width": o.widths,
            "growth": o.growths,
            "stem_kernel": o.kernels,
            "stem_stride": (1, 2) if min(shape.height, shape.width) >= MIN_STRIDED_SIZE else (1,),
            "pooling": o.poolings,
            "head": o.heads,
            "dropout": o.dropouts,
            "augment": o.augments,
        }
        for i in range(max(stages)):
            lists[f"depth_{i}"] = (0, *o.depths) if i == 0 else o.depths
        lists |= self.choices(shape)
        return {name: CategoricalDistribution(tuple(dict.fromkeys(values))) for name, values in lists.items()}

    def choices(self, shape: DataShape) -> dict[str, tuple[str, ...]]:
        """The kind of block of each stage."""
        operations = usable(self.options.operations, "image", "space_options.operations")
        return {f"op_{i}": operations for i in range(max(self._stages(shape)))}

    def reference_params(self, shape: DataShape) -> dict[str, Value]:
        """Three times convolution, batch norm, ReLU with pooling between, then a linear map."""
        wanted: dict[str, Value] = {
            "stages": 3, "width": 32, "growth": 2.0, "stem_kernel": 3, "stem_stride": 1, "pooling": "max", "head": 0,
            "dropout": 0.0, "augment": "shift", "depth_0": 0,
        }  # fmt: skip
        wanted |= dict.fromkeys(self.choices(shape), "nor_conv_3x3")
        return closest(wanted, self.parameters(shape))

    def portfolio(self, shape: DataShape) -> tuple[Architecture, ...]:
        """A small residual network, and a deeper separable one; only small images afford its first stage."""
        full_size = int(min(shape.height, shape.width) < MIN_STRIDED_SIZE)
        changes: tuple[dict[str, Value], ...] = (
            {"augment": "shift_flip", **dict.fromkeys(self.choices(shape), "res_conv_3x3")},
            {"augment": "shift", "depth_0": full_size, "depth_1": 2, "depth_2": 2, "head": 128, "dropout": 0.2,
             **dict.fromkeys(self.choices(shape), "sep_conv_3x3")},
        )  # fmt: skip
        return varied(self, shape, changes)

    def simplify(self, params: Mapping[str, Value], shape: DataShape) -> dict[str, Value]:
        """Leave out the stages that are not built."""
        stages = int(params["stages"] or 1)
        absent = {f"{what}_{i}" for what in ("op", "depth") for i in range(stages, max(self._stages(shape)))}
        if params.get("depth_0") == 0:
            absent.add("op_0")
        if stages == 1:
            absent |= {"growth", "pooling"}
        return {name: value for name, value in params.items() if name not in absent}

    def build(self, architecture: Architecture, shape: DataShape, op_factory: OpFactory | None = None) -> nn.Module:
        """Build the stages of the architecture, with *op_factory* too: depths and widths are not relaxed."""
        return MacroNetwork(architecture.live, self.options, shape, op_factory or chosen_ops(architecture.live))


class MacroNetwork(nn.Module):
    """The network that an outline describes."""

    def __init__(
        self, params: Mapping[str, Value], options: MacroOptions, shape: DataShape, op_factory: OpFactory
    ) -> None:
        super().__init__()
        p = {name: value for name, value in params.items() if value is not None}
        widths = stage_widths(int(p["width"]), float(p.get("growth", 1.0)), int(p["stages"]), options.max_width)
        self.stem = stem(shape, widths[0], kernel=int(p["stem_kernel"]), stride=int(p["stem_stride"]))
        blocks: list[nn.Module] = []
        for i, (before, after) in enumerate(pairwise([widths[0], *widths])):
            stride = 1
            if i and p["pooling"] == "stride":
                stride = 2
            elif i:
                pooling = nn.MaxPool2d if p["pooling"] == "max" else nn.AvgPool2d
                blocks.append(pooling(2, ceil_mode=True))
            for k in range(int(p[f"depth_{i}"])):
                site = OpSite(
                    kind="image", channels_in=after if k else before, channels_out=after, stride=1 if k else stride
                )
                blocks.append(op_factory(f"op_{i}", site))
        self.stages = nn.Sequential(*blocks)
        self.head = Head("image", widths[-1], shape.outputs, hidden=int(p["head"]), dropout=float(p["dropout"]))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, outputs)."""
        return self.head(self.stages(self.stem(x)))  # type: ignore[no-any-return]


def stage_widths(first: int, growth: float, stages: int, max_width: int) -> list[int]:
    """Channels of each stage, multiples of eight, at most *max_width*."""
    return [min(max_width, MULTIPLE * max(1, round(first * growth**i / MULTIPLE))) for i in range(stages)]


def stem(shape: DataShape, width: int, *, kernel: int, stride: int) -> nn.Sequential:
    """First convolution; large images are halved by further ones until they are at most ``STEM_SIZE`` wide."""
    first = OpSite(kind="image", channels_in=shape.channels, channels_out=width, stride=stride)
    layers = [conv(first, kernel), norm(first)]
    size = -(-min(shape.height, shape.width) // stride)
    while size > STEM_SIZE:
        down = OpSite(kind="image", channels_in=width, channels_out=width, stride=2)
        layers += [nn.ReLU(), conv(down, 3), norm(down)]
        size = -(-size // 2)
    return nn.Sequential(*layers)


ENTRY = MacroSpace
