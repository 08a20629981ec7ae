"""Recurrent cells themselves: which state follows from which, and by what activation (Pham et al. 2018, ENAS).

The first state mixes the input of the step with the state of the step before, through a gate. Every node then chooses
an earlier state and an operation; the mean of all nodes is the state of the step (Liu et al. 2019, DARTS).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
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


class RecurrentCellOptions(Config):
    """Options of the space (``space_options``): each list holds the choices for one parameter.

    Attributes:
        operations: Operations from one state to another.
        nodes: States of the cell after the first.
        widths: Sizes of a state.
        directions: 1 reads from the first step to the last, 2 also from the last to the first.
        poolings: Reduction over the states: ``mean``, ``max`` or ``last`` step.
        dropouts: Before the output.
        learning_rates: Peak learning rates.
        augments: Augmentations of training sequences.
        max_steps: Longer sequences are shortened by the stride of the first convolution, because every step costs time.
    """

    operations: tuple[str, ...] = ("highway_tanh", "highway_relu", "highway_sigmoid", "highway_identity")
    nodes: int = Field(4, ge=1, le=12)
    widths: tuple[Width, ...] = Field((32, 64), min_length=1)
    directions: tuple[Count, ...] = Field((1, 2), min_length=1)
    poolings: tuple[str, ...] = Field(("mean", "max", "last"), min_length=1)
    dropouts: tuple[Share, ...] = Field((0.0, 0.2), min_length=1)
    learning_rates: tuple[float, ...] = Field((2e-3, 5e-3), min_length=1)
    augments: tuple[Augmentation, ...] = Field(("jitter", "none"), min_length=1)
    max_steps: int = Field(64, ge=1, le=1_000_000)


class RecurrentCellSpace(Space):
    """A stem convolution, one layer of the cell in one or both directions, pooling over the steps, a linear map."""

    name = "recurrent_cell"
    kinds = ("sequence",)
    Options = RecurrentCellOptions

    def __init__(self, options: RecurrentCellOptions) -> None:
        self._options = options

    @property
    def options(self) -> RecurrentCellOptions:
        """The user's options."""
        return self._options

    def parameters(self, shape: DataShape) -> dict[str, BaseDistribution]:
        """The outline, then where each node comes from, and how."""
        o = self.options
        lists: dict[str, tuple[str | int | float, ...]] = {
            "width": o.widths, "directions": o.directions, "pooling": o.poolings, "dropout": o.dropouts,
            "learning_rate": o.learning_rates, "augment": o.augments,
        }  # fmt: skip
        lists |= {f"from_{i}": tuple(range(i)) for i in range(1, o.nodes + 1)}
        lists |= self.choices(shape)
        return {name: CategoricalDistribution(tuple(dict.fromkeys(values))) for name, values in lists.items()}

    def choices(self, shape: DataShape) -> dict[str, tuple[str, ...]]:  # noqa: ARG002
        """The operation of each node; from which state it comes is not relaxed."""
        operations = usable(self.options.operations, "table", "space_options.operations")
        return {f"op_{i}": operations for i in range(1, self.options.nodes + 1)}

    def reference_params(self, shape: DataShape) -> dict[str, Value]:
        """Every node follows from the first state: a gated unit whose activations are averaged."""
        wanted: dict[str, Value] = {
            "width": 64, "directions": 1, "pooling": "mean", "dropout": 0.0, "learning_rate": 5e-3, "augment": "jitter",
        }  # fmt: skip
        wanted |= dict.fromkeys(self.choices(shape), "highway_tanh")
        wanted |= {f"from_{i}": 0 for i in range(1, self.options.nodes + 1)}
        return closest(wanted, self.parameters(shape))

    def portfolio(self, shape: DataShape) -> tuple[Architecture, ...]:
        """The cell that DARTS found for language: ReLU and linear steps from the first states."""
        steps = ("relu", "relu", "tanh", "relu", "identity", "relu", "relu", "relu")
        change: dict[str, Value] = {
            f"op_{i}": f"highway_{step}" for i, step in enumerate(steps[: self.options.nodes], start=1)
        }
        chain: dict[str, Value] = {f"from_{i}": min(i - 1, 2) for i in range(1, self.options.nodes + 1)}
        return varied(self, shape, ({**change, **chain}, {**change, **chain, "directions": 2}))

    def simplify(self, params: Mapping[str, Value], shape: DataShape) -> dict[str, Value]:  # noqa: ARG002
        """Every node counts in the mean: nothing is dead."""
        return dict(params)

    def key(self, live: Mapping[str, Value]) -> str:
        """The outline, and the nodes as a sorted list of expressions: cells that differ in their order agree."""
        nodes = ["s"]
        for i in range(1, self.options.nodes + 1):
            nodes.append(f"{live[f'op_{i}']}({nodes[int(live[f'from_{i}'] or 0)]})")
        outline = {k: v for k, v in live.items() if not k.startswith(("op_", "from_"))}
        return f"{super().key(outline)} {' '.join(sorted(nodes[1:]))}"

    def build(self, architecture: Architecture, shape: DataShape, op_factory: OpFactory | None = None) -> nn.Module:
        """Build the layer around the cell."""
        return RecurrentCellNetwork(architecture.live, self.options, shape, op_factory or chosen_ops(architecture.live))


class RecurrentCellNetwork(nn.Module):
    """The network that the parameters describe."""

    def __init__(
        self, params: Mapping[str, Value], options: RecurrentCellOptions, shape: DataShape, op_factory: OpFactory
    ) -> None:
        super().__init__()
        p = {name: value for name, value in params.items() if value is not None}
        width, stride = int(p["width"]), max(1, -(-shape.steps // options.max_steps))
        stem = OpSite(kind="sequence", channels_in=shape.channels, channels_out=width, stride=stride)
        # A stride wants a window at least as wide, or steps would go unseen.
        self.stem = nn.Sequential(conv(stem, 2 * (stride // 2) + 1), norm(stem))
        origins = [int(p[f"from_{i}"]) for i in range(1, options.nodes + 1)]
        self.cells = nn.ModuleList(RecurrentCell(width, origins, op_factory) for _ in range(int(p["directions"])))
        features = width * len(self.cells)
        self.head = Head("sequence", features, shape.outputs, dropout=float(p["dropout"]), pooling=str(p["pooling"]))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, T) to (N, outputs)."""
        x = self.stem(x)
        # The second direction is not turned back: the last of its states is the one that has seen all steps.
        states = [self.cells[0](x), *(cell(x.flip(2)) for cell in self.cells[1:])]
        return self.head(torch.cat(states, 1))  # type: ignore[no-any-return]


class RecurrentCell(nn.Module):
    """A layer of one cell.

    Shape:
        - Input: (N, C, T)
        - Output: (N, C, T)
    """

    about = "recurrent cell"
    recurrent = True

    def __init__(self, width: int, origins: list[int], op_factory: OpFactory) -> None:
        """Make the maps.

        Args:
            width: C.
            origins: For each node the state that it follows from; 0 is the first state.
            op_factory: Gives the operation of each node.
        """
        super().__init__()
        site = OpSite(kind="table", channels_in=width, channels_out=width)
        self.origins = origins
        self.enter = nn.Conv1d(width, 2 * width, 1)
        self.remember = nn.Linear(width, 2 * width, bias=False)
        self.nodes = nn.ModuleList(op_factory(f"op_{i}", site) for i in range(1, len(origins) + 1))

    def forward(self, x: Tensor) -> Tensor:
        """Run over the steps."""
        entered = self.enter(x)  # (N, C, T) -> (N, 2C, T), for all steps at once
        state = torch.zeros_like(x[..., 0])
        states = []
        for step in entered.unbind(2):
            gate, new = (step + self.remember(state)).chunk(2, dim=1)
            values = [state + gate.sigmoid() * (new.tanh() - state)]
            for origin, node in zip(self.origins, self.nodes, strict=True):
                values.append(node(values[origin]))
            state = torch.stack(values[1:]).mean(0)
            states.append(state)
        return torch.stack(states, 2)


ENTRY = RecurrentCellSpace
