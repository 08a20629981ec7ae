"""Which architectures were proposed, and which are not to be: those known already, and those over a cap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from automl_flow.core.errors import AutoMLFlowError
from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces.base import Architecture, Space, Value

if TYPE_CHECKING:
    from automl_flow.nas.network.cost import Cost

CHEAP = 3e10  # operations of a whole training that are never too many: some ten seconds
TRAFFIC = 30  # multiply-adds in whose time one activation is written and read


@dataclass
class Ledger:
    """Costs and numbers of the architectures of a search.

    Attributes:
        space: The search space.
        shape: The data.
        config: Caps.
        samples: Training samples.
        batch: Samples per step.
    """

    space: Space
    shape: DataShape
    config: NasConfig
    samples: int
    batch: int
    numbers: dict[str, int] = field(default_factory=dict)
    _costs: dict[str, Cost] = field(default_factory=dict)

    def acceptable(self, params: Mapping[str, Value]) -> bool:
        """Whether *params* are a new architecture under all caps."""
        try:
            architecture = self.space.architecture(params, self.shape)
        except AutoMLFlowError:
            return False
        return architecture.key not in self.numbers and self.objection(architecture) is None

    def objection(self, architecture: Architecture) -> str | None:
        """Why an architecture must not be built; ``None`` when it may."""
        cost, limits = self.cost(architecture), self.config
        if limits.max_params is not None and cost.parameters > limits.max_params:
            return f"refused: {cost.parameters} parameters, max_params is {limits.max_params}"
        needed = cost.training_mb(self.batch)
        if limits.memory_limit is not None and needed > limits.memory_limit:
            return f"refused: needs {needed:.0f} MB for training, memory_limit is {limits.memory_limit}"
        if self.work(architecture) > self._ceiling():
            return f"refused: more than {limits.max_cost} times the work of the reference network (max_cost)"
        return self._latency_objection(architecture)

    def _ceiling(self) -> float:
        """Work that a network may be."""
        return max(self.config.max_cost * self.work(self.space.reference(self.shape)), CHEAP)

    def excess(self, architecture: Architecture) -> float:
        """How far an architecture is over the caps, as a ratio; work stands for latency, which is not predicted."""
        cost, limits = self.cost(architecture), self.config
        ratios = [self.work(architecture) / self._ceiling()]
        if limits.max_params is not None:
            ratios.append(cost.parameters / limits.max_params)
        if limits.memory_limit is not None:
            ratios.append(cost.training_mb(self.batch) / limits.memory_limit)
        return max(ratios)

    def _latency_objection(self, architecture: Architecture) -> str | None:
        if self.config.max_latency_ms is None:
            return None
        from automl_flow.nas.network.cost import latency_ms

        found = latency_ms(self.space.build(architecture, self.shape), self.shape)
        limit = self.config.max_latency_ms
        return f"refused: {found:.2f} ms for one sample, max_latency_ms is {limit}" if found > limit else None

    def cost(self, architecture: Architecture) -> Cost:
        """Cost of an architecture, counted once."""
        from automl_flow.nas.network.cost import cost_of

        if architecture.key not in self._costs:
            self._costs[architecture.key] = cost_of(self.space, architecture, self.shape)
        return self._costs[architecture.key]

    def work(self, architecture: Architecture) -> float:
        """Operations of a whole training, roughly: three passes of arithmetic and memory traffic."""
        cost = self.cost(architecture)
        return (cost.flops + TRAFFIC * cost.activations) * 3.0 * self.samples * self.config.epochs

    def enter(self, number: int, architecture: Architecture) -> int | None:
        """Enter trial *number*; return the number of the trial that has the same architecture already."""
        first = self.numbers.setdefault(architecture.key, number)
        return None if first == number else first


def known_values(study_trials: list[Any], number: int) -> tuple[float, ...]:
    """Losses of trial *number* as far as the study has been told of them."""
    trial = study_trials[number]
    return tuple(trial.values or ())
