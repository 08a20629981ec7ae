"""Networks for tables: feature embeddings, then dense, residual or gated layers."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from optuna.distributions import BaseDistribution, CategoricalDistribution
from pydantic import Field
from torch import Tensor, nn

from automl_flow.core.config import Config
from automl_flow.nas.operations import chosen_ops, usable
from automl_flow.nas.operations.base import OpFactory, OpSite
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces._closest import closest, varied
from automl_flow.nas.spaces._head import Head
from automl_flow.nas.spaces.base import Architecture, Count, Share, Space, Value, Width

FREQUENCIES = 8  # of a periodic embedding
MAX_EMBEDDED = 4096  # width of all embeddings of a row together


class TabularOptions(Config):
    """Options of the space (``space_options``): each list holds the choices for one parameter.

    Attributes:
        operations: Layers.
        layers: Numbers of layers.
        widths: Neurons of every layer.
        embeddings: What each column becomes first: itself (``none``), ``linear`` with ReLU, or ``periodic``.
        embedding_width: Numbers per embedded column (fewer where the table is wide).
        dropouts: In every layer.
        learning_rates: Peak learning rates.
        weight_decays: Of AdamW.
    """

    operations: tuple[str, ...] = ("dense", "dense_residual", "dense_gated")
    layers: tuple[Count, ...] = Field((1, 2, 3, 4), min_length=1)
    widths: tuple[Width, ...] = Field((64, 128, 256), min_length=1)
    embeddings: tuple[str, ...] = Field(("none", "linear", "periodic"), min_length=1)
    embedding_width: int = Field(8, ge=1, le=MAX_EMBEDDED)
    dropouts: tuple[Share, ...] = Field((0.0, 0.1, 0.3, 0.5), min_length=1)
    learning_rates: tuple[float, ...] = Field((1e-3, 3e-3, 1e-2), min_length=1)
    weight_decays: tuple[float, ...] = Field((1e-4, 1e-2, 1e-1), min_length=1)


class TabularSpace(Space):
    """Embeddings of the columns, up to four layers, a linear map."""

    name = "tabular"
    kinds = ("table",)
    Options = TabularOptions

    def __init__(self, options: TabularOptions) -> None:
        self._options = options

    @property
    def options(self) -> TabularOptions:
        """The user's options."""
        return self._options

    def parameters(self, shape: DataShape) -> dict[str, BaseDistribution]:
        """The outline, then the operation of each layer."""
        o = self.options
        lists: dict[str, tuple[str | int | float, ...]] = {
            "layers": o.layers, "width": o.widths, "embedding": o.embeddings, "dropout": o.dropouts,
            "learning_rate": o.learning_rates, "weight_decay": o.weight_decays,
        }  # fmt: skip
        lists |= self.choices(shape)
        return {name: CategoricalDistribution(tuple(dict.fromkeys(values))) for name, values in lists.items()}

    def choices(self, shape: DataShape) -> dict[str, tuple[str, ...]]:  # noqa: ARG002
        """The operation of each layer."""
        operations = usable(self.options.operations, "table", "space_options.operations")
        return {f"op_{i}": operations for i in range(max(self.options.layers))}

    def reference_params(self, shape: DataShape) -> dict[str, Value]:
        """A perceptron with two hidden layers."""
        wanted: dict[str, Value] = {
            "layers": 2, "width": 128, "embedding": "none", "dropout": 0.1, "learning_rate": 3e-3, "weight_decay": 1e-2,
        }  # fmt: skip
        wanted |= dict.fromkeys(self.choices(shape), "dense")
        return closest(wanted, self.parameters(shape))

    def portfolio(self, shape: DataShape) -> tuple[Architecture, ...]:
        """A wide gated layer over embedded columns, and a residual network."""
        changes: tuple[dict[str, Value], ...] = (
            {"layers": 1, "width": 256, "embedding": "linear", "op_0": "dense_gated"},
            {"dropout": 0.3, "learning_rate": 1e-3, **dict.fromkeys(self.choices(shape), "dense_residual")},
        )
        return varied(self, shape, changes)

    def simplify(self, params: Mapping[str, Value], shape: DataShape) -> dict[str, Value]:
        """Leave out the layers that are not built."""
        absent = {name for i, name in enumerate(self.choices(shape)) if i >= int(params["layers"] or 1)}
        return {name: value for name, value in params.items() if name not in absent}

    def build(self, architecture: Architecture, shape: DataShape, op_factory: OpFactory | None = None) -> nn.Module:
        """Build the layers that the architecture has."""
        return TableNetwork(architecture.live, self.options, shape, op_factory or chosen_ops(architecture.live))


class TableNetwork(nn.Module):
    """The network that the parameters describe."""

    def __init__(
        self, params: Mapping[str, Value], options: TabularOptions, shape: DataShape, op_factory: OpFactory
    ) -> None:
        super().__init__()
        p = {name: value for name, value in params.items() if value is not None}
        width, dropout = int(p["width"]), float(p["dropout"])
        self.embedding, before = embedding(str(p["embedding"]), shape.features, options.embedding_width)
        sites = [
            OpSite(kind="table", channels_in=width if i else before, channels_out=width, dropout=dropout)
            for i in range(int(p["layers"]))
        ]
        self.layers = nn.Sequential(*[op_factory(f"op_{i}", site) for i, site in enumerate(sites)])
        self.head = Head("table", width, shape.outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(N, F) to (N, outputs)."""
        return self.head(self.layers(self.embedding(x)))  # type: ignore[no-any-return]


def embedding(name: str, features: int, width: int) -> tuple[nn.Module, int]:
    """Make the embedding *name*; return it with the width of an embedded row."""
    if name == "none":
        return nn.Identity(), features
    width = max(1, min(width, MAX_EMBEDDED // features))
    cls = PeriodicEmbedding if name == "periodic" else LinearEmbedding
    return cls(features, width), features * width


class LinearEmbedding(nn.Module):
    """ReLU of a separate linear map per column (Gorishniy et al. 2022).

    Shape:
        - Input: (N, F)
        - Output: (N, F * width)
    """

    about = "linear embedding with ReLU, one per column"

    def __init__(self, features: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(features, width).uniform_(-1.0, 1.0))
        self.bias = nn.Parameter(torch.empty(features, width).uniform_(-1.0, 1.0))

    def forward(self, x: Tensor) -> Tensor:
        """Embed every column."""
        return torch.relu(x[:, :, None] * self.weight + self.bias).flatten(1)


class PeriodicEmbedding(nn.Module):
    """Learned sines and cosines of each column, then ReLU of a shared linear map (Gorishniy et al. 2022).

    Shape:
        - Input: (N, F)
        - Output: (N, F * width)
    """

    about = "periodic embedding of each column"

    def __init__(self, features: int, width: int, sigma: float = 0.3) -> None:
        super().__init__()
        self.frequency = nn.Parameter(torch.randn(features, FREQUENCIES) * sigma)
        self.linear = nn.Linear(2 * FREQUENCIES + 1, width)

    def forward(self, x: Tensor) -> Tensor:
        """Embed every column; the column itself is an input next to its sines and cosines."""
        angle = 2.0 * math.pi * x[:, :, None] * self.frequency  # (N, F, FREQUENCIES)
        waves = torch.cat([torch.sin(angle), torch.cos(angle), x[:, :, None]], dim=2)
        return torch.relu(self.linear(waves)).flatten(1)


ENTRY = TabularSpace
