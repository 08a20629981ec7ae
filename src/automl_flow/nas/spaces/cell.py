"""A small directed graph, the cell, repeated: the search space of NAS-Bench-201 (Dong and Yang 2020)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from optuna.distributions import BaseDistribution, CategoricalDistribution
from pydantic import Field
from torch import Tensor, nn

from automl_flow.core.config import Config
from automl_flow.nas.operations import chosen_ops, usable
from automl_flow.nas.operations.base import OpFactory, OpSite
from automl_flow.nas.operations.layers import conv, norm
from automl_flow.nas.shape import DataShape, Kind
from automl_flow.nas.spaces._head import Head
from automl_flow.nas.spaces.base import Architecture, Space, Value

NAS_BENCH_201 = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
SEQUENCES = ("none", "skip_connect", "conv_3", "conv_9", "max_pool_3", "bi_gru")
MIN_SIZE = 4  # pixels or steps of the last stage


class CellOptions(Config):
    """Options of the space (``space_options``).

    Attributes:
        operations: Operations of an edge; default for images: the five of NAS-Bench-201.
        nodes: Nodes of the cell, the input included; 4 in NAS-Bench-201.
        channels: Channels of the first stage; they double from stage to stage.
        cells: Cells per stage (N; 5 in NAS-Bench-201).
        stages: Maximum number of stages; fewer where the data are too small to be halved again.
        stem_stride: Stride of the first convolution.
    """

    operations: tuple[str, ...] | None = None
    nodes: int = Field(4, ge=2, le=7)
    channels: int = Field(16, ge=4, le=1 << 12)
    cells: int = Field(1, ge=1, le=64)
    stages: int = Field(3, ge=1, le=5)
    stem_stride: int = Field(1, ge=1, le=4)


class CellSpace(Space):
    """One operation on every edge ``edge_i_j`` (from node i to node j) of the cell; a node sums what reaches it."""

    name = "cell"
    kinds = ("image", "sequence")
    Options = CellOptions

    def __init__(self, options: CellOptions) -> None:
        self._options = options

    @property
    def options(self) -> CellOptions:
        """The user's options."""
        return self._options

    def operations(self, kind: Kind) -> tuple[str, ...]:
        """Operations of an edge."""
        default = NAS_BENCH_201 if kind == "image" else SEQUENCES
        return usable(self.options.operations or default, kind, "space_options.operations")

    def parameters(self, shape: DataShape) -> dict[str, BaseDistribution]:
        """An operation per edge, in the order of the node that it leads to."""
        return {name: CategoricalDistribution(ops) for name, ops in self.choices(shape).items()}

    def choices(self, shape: DataShape) -> dict[str, tuple[str, ...]]:
        """All parameters are operations."""
        return dict.fromkeys(edges(self.options.nodes), self.operations(shape.kind))

    def node_inputs(self, shape: DataShape) -> tuple[tuple[str, ...], ...]:  # noqa: ARG002
        """The edges into each node, from the second on."""
        return tuple(tuple(f"edge_{i}_{j}" for i in range(j)) for j in range(2, self.options.nodes))

    def reference_params(self, shape: DataShape) -> dict[str, Value]:
        """A chain of the largest convolution on offer, with a shortcut where the space has one: a residual network."""
        operations = self.operations(shape.kind)
        body = next((o for o in ("nor_conv_3x3", "conv_3", "sep_conv_3x3") if o in operations), operations[-1])
        shortcut = "skip_connect" if "skip_connect" in operations else body
        absent = "none" if "none" in operations else shortcut
        last = self.options.nodes - 1
        return {
            f"edge_{i}_{j}": body if j == i + 1 else shortcut if (i, j) == (0, last) else absent
            for i, j in pairs(self.options.nodes)
        }

    def simplify(self, params: Mapping[str, Value], shape: DataShape) -> dict[str, Value]:  # noqa: ARG002
        """Edges that nothing reaches, or that reach nothing, become ``none``."""
        n = self.options.nodes
        reached = {0}
        for i, j in pairs(n):  # ordered by j, so that i is settled before it is used
            if i in reached and params[f"edge_{i}_{j}"] != "none":
                reached.add(j)
        useful = {n - 1}
        for i, j in reversed(pairs(n)):
            if j in useful and params[f"edge_{i}_{j}"] != "none":
                useful.add(i)
        return {
            f"edge_{i}_{j}": params[f"edge_{i}_{j}"] if i in reached and j in useful else "none" for i, j in pairs(n)
        }

    def key(self, live: Mapping[str, Value]) -> str:
        """The output node as an expression: skips are spliced in, sums are sorted, so isomorphic cells agree."""
        nodes: list[list[str]] = [["x"]]  # the terms whose sum the node is
        for j in range(1, self.options.nodes):
            terms: list[str] = []
            for i in range(j):
                operation = live[f"edge_{i}_{j}"]
                if operation == "skip_connect":
                    terms += nodes[i]
                elif operation != "none" and nodes[i]:
                    terms.append(f"{operation}({'+'.join(nodes[i])})")
            nodes.append(sorted(terms))
        return "+".join(nodes[-1]) or "0"

    def build(self, architecture: Architecture, shape: DataShape, op_factory: OpFactory | None = None) -> nn.Module:
        """Stem, stages of cells with a residual reduction between them, head."""
        live = None if op_factory else architecture.live
        make = partial(
            Cell, nodes=self.options.nodes, op_factory=op_factory or chosen_ops(architecture.live), live=live
        )
        return CellNetwork(self.options, shape, make)


def pairs(nodes: int) -> list[tuple[int, int]]:
    """Edges (from, to) of the complete graph on *nodes* ordered nodes."""
    return [(i, j) for j in range(1, nodes) for i in range(j)]


def edges(nodes: int) -> list[str]:
    """Names of the edges."""
    return [f"edge_{i}_{j}" for i, j in pairs(nodes)]


class Cell(nn.Module):
    """Node j is the sum over i < j of the operation on the edge from i to j; the last node is the output.

    Shape:
        - Input: (N, C, …)
        - Output: (N, C, …)
    """

    about = "cell"

    def __init__(self, site: OpSite, *, nodes: int, op_factory: OpFactory, live: Mapping[str, Value] | None) -> None:
        super().__init__()
        self.nodes = nodes
        wanted = [name for name in edges(nodes) if live is None or live[name] != "none"]
        self.edges = nn.ModuleDict({name: op_factory(name, site) for name in wanted})

    def forward(self, x: Tensor) -> Tensor:
        """Run node by node; a node that nothing reaches is zero."""
        values = [x]
        for j in range(1, self.nodes):
            names = [(i, f"edge_{i}_{j}") for i in range(j)]
            terms = [self.edges[name](values[i]) for i, name in names if name in self.edges]
            values.append(sum(terms[1:], start=terms[0]) if terms else x * 0.0)
        return values[-1]


class CellNetwork(nn.Module):
    """The skeleton around the cells: NAS-Bench-201's, with as many stages as the data can be halved."""

    def __init__(self, options: CellOptions, shape: DataShape, make: partial[Cell]) -> None:
        super().__init__()
        c = options.channels
        stem = OpSite(kind=shape.kind, channels_in=shape.channels, channels_out=c, stride=options.stem_stride)
        layers: list[nn.Module] = [conv(stem, 3), norm(stem)]
        size = min(shape.height, shape.width) if shape.kind == "image" else shape.steps
        size = -(-size // options.stem_stride)
        for stage in range(options.stages):
            if stage > 1 and size < 2 * MIN_SIZE:
                break
            if stage:
                layers.append(Reduction(OpSite(kind=shape.kind, channels_in=c, channels_out=2 * c, stride=2)))
                c, size = 2 * c, -(-size // 2)
            site = OpSite(kind=shape.kind, channels_in=c, channels_out=c)
            layers += [make(site) for _ in range(options.cells)]
        self.body = nn.Sequential(*layers)
        self.head = Head(shape.kind, c, shape.outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, …) to (N, outputs)."""
        return self.head(self.body(x))  # type: ignore[no-any-return]


class Reduction(nn.Module):
    """NAS-Bench-201's residual block of stride 2 between two stages."""

    about = "reduction"

    def __init__(self, site: OpSite) -> None:
        super().__init__()
        c = site.channels_out
        self.body = nn.Sequential(
            nn.ReLU(), conv(site, 3), norm(site), nn.ReLU(), conv(site, 3, stride=1, channels=(c, c)), norm(site)
        )
        average = nn.AvgPool2d if site.kind == "image" else nn.AvgPool1d
        self.shortcut = nn.Sequential(
            average(2, stride=2, ceil_mode=True, count_include_pad=False), conv(site, 1, stride=1)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Halve the size, double the channels."""
        return self.shortcut(x) + self.body(x)  # type: ignore[no-any-return]


ENTRY = CellSpace
