"""Networks for sequences: recurrent layers, convolutions and attention in any order."""

from __future__ import annotations

from collections.abc import Mapping

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

REFERENCE_OPERATIONS = ("conv_9", "conv_5", "conv_3")


class RecurrentOptions(Config):
    """Options of the space (``space_options``): each list holds the choices for one parameter.

    Attributes:
        operations: Layers; those whose name begins with ``bi_`` run in both directions.
        layers: Numbers of layers.
        widths: Channels of every layer.
        kernels: Steps under the first convolution, which maps the channels of the data to the width.
        skips: Whether each layer is added to its input (a residual connection).
        poolings: Reduction over the steps of the last layer: ``mean``, ``max`` or ``last`` step.
        dropouts: Before the output and in attention.
        learning_rates: Peak learning rates; recurrent layers and convolutions want different ones.
        augments: Augmentations of training sequences.
        max_steps: Longer sequences are shortened by the stride of the first convolution.
    """

    operations: tuple[str, ...] = (
        "conv_3", "conv_5", "conv_9", "dil_conv_3", "rnn", "gru", "bi_gru", "lstm", "bi_lstm", "attention",
    )  # fmt: skip
    layers: tuple[Count, ...] = Field((1, 2, 3, 4), min_length=1)
    widths: tuple[Width, ...] = Field((32, 64, 128), min_length=1)
    kernels: tuple[Count, ...] = Field((1, 3, 7), min_length=1)
    skips: tuple[bool, ...] = Field((False, True), min_length=1)
    poolings: tuple[str, ...] = Field(("mean", "max", "last"), min_length=1)
    dropouts: tuple[Share, ...] = Field((0.0, 0.2), min_length=1)
    learning_rates: tuple[float, ...] = Field((2e-3, 5e-3), min_length=1)
    augments: tuple[Augmentation, ...] = Field(("jitter", "none"), min_length=1)
    max_steps: int = Field(256, ge=1, le=1_000_000)


class RecurrentSpace(Space):
    """A stem convolution, up to four layers, pooling over the steps, a linear map."""

    name = "recurrent"
    kinds = ("sequence",)
    Options = RecurrentOptions

    def __init__(self, options: RecurrentOptions) -> None:
        self._options = options

    @property
    def options(self) -> RecurrentOptions:
        """The user's options."""
        return self._options

    def parameters(self, shape: DataShape) -> dict[str, BaseDistribution]:
        """The outline, then the operation of each layer."""
        o = self.options
        lists: dict[str, tuple[str | int | float, ...]] = {
            "layers": o.layers, "width": o.widths, "stem_kernel": o.kernels, "skip": o.skips, "pooling": o.poolings,
            "dropout": o.dropouts, "learning_rate": o.learning_rates, "augment": o.augments,
        }  # fmt: skip
        lists |= self.choices(shape)
        return {name: CategoricalDistribution(tuple(dict.fromkeys(values))) for name, values in lists.items()}

    def choices(self, shape: DataShape) -> dict[str, tuple[str, ...]]:  # noqa: ARG002
        """The operation of each layer."""
        operations = usable(self.options.operations, "sequence", "space_options.operations")
        return {f"op_{i}": operations for i in range(max(self.options.layers))}

    def reference_params(self, shape: DataShape) -> dict[str, Value]:
        """The fully convolutional network of Wang et al. (2017): three convolutions, mean over the steps."""
        wanted: dict[str, Value] = {
            "layers": 3, "width": 64, "stem_kernel": 1, "skip": False, "pooling": "mean", "dropout": 0.0,
            "learning_rate": 5e-3, "augment": "jitter",
        }  # fmt: skip
        wanted |= {f"op_{i}": operation for i, operation in enumerate(REFERENCE_OPERATIONS)}
        return closest(wanted, self.parameters(shape))

    def portfolio(self, shape: DataShape) -> tuple[Architecture, ...]:
        """A layer of gated units in both directions, and convolutions under attention with shortcuts."""
        changes: tuple[dict[str, Value], ...] = (
            {"layers": 1, "op_0": "bi_gru", "stem_kernel": 3},
            {"skip": True, "op_0": "conv_5", "op_1": "conv_5", "op_2": "attention", "augment": "none"},
        )
        return varied(self, shape, changes)

    def simplify(self, params: Mapping[str, Value], shape: DataShape) -> dict[str, Value]:
        """Leave out the layers that are not built."""
        absent = {name for i, name in enumerate(self.choices(shape)) if i >= int(params["layers"] or 1)}
        return {name: value for name, value in params.items() if name not in absent}

    def build(self, architecture: Architecture, shape: DataShape, op_factory: OpFactory | None = None) -> nn.Module:
        """Build the layers that the architecture has."""
        return SequenceNetwork(architecture.live, self.options, shape, op_factory or chosen_ops(architecture.live))


class SequenceNetwork(nn.Module):
    """The network that the parameters describe."""

    def __init__(
        self, params: Mapping[str, Value], options: RecurrentOptions, shape: DataShape, op_factory: OpFactory
    ) -> None:
        super().__init__()
        p = {name: value for name, value in params.items() if value is not None}
        width, dropout = int(p["width"]), float(p["dropout"])
        stride = max(1, -(-shape.steps // options.max_steps))
        stem = OpSite(kind="sequence", channels_in=shape.channels, channels_out=width, stride=stride)
        layer = OpSite(kind="sequence", channels_in=width, channels_out=width, dropout=dropout)
        # A stride wants a window at least as wide, or steps would go unseen.
        self.stem = nn.Sequential(conv(stem, max(int(p["stem_kernel"]), 2 * (stride // 2) + 1)), norm(stem))
        self.layers = nn.ModuleList(op_factory(f"op_{i}", layer) for i in range(int(p["layers"])))
        self.skip = bool(p["skip"])
        self.head = Head("sequence", width, shape.outputs, dropout=dropout, pooling=str(p["pooling"]))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, T) to (N, outputs)."""
        x = self.stem(x)
        for layer in self.layers:
            x = x + layer(x) if self.skip else layer(x)
        return self.head(x)  # type: ignore[no-any-return]


ENTRY = RecurrentSpace
