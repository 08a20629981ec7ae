"""Constraints of a search: which architectures may be built, which were proposed before, and the first one to try."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optuna.distributions import CategoricalDistribution, IntDistribution

from automl_flow.core.errors import AutoMLFlowError
from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces.base import Architecture, Space, Value

if TYPE_CHECKING:
    from automl_flow.nas.network.cost import Cost

MIN_COST_CAP_OPERATIONS = 3e10  # of a whole training, some ten seconds: max_cost refuses nothing below
OPERATIONS_PER_ACTIVATION = 30  # multiply-adds in whose time one activation is written and read


@dataclass
class Constraints:
    """Caps of a search, costs of its architectures, and the trials that proposed them.

    Attributes:
        space: The search space.
        shape: The data.
        config: Caps.
        samples: Training samples of a trial, over all folds.
        batch: Samples per step.
        proposed: Number of the first trial that proposed an architecture, by its key.
    """

    space: Space
    shape: DataShape
    config: NasConfig
    samples: int
    batch: int
    proposed: dict[str, int] = field(default_factory=dict)
    _costs: dict[str, Cost] = field(default_factory=dict)

    def acceptable(self, params: Mapping[str, Value]) -> bool:
        """Whether *params* are a new architecture under all caps."""
        try:
            architecture = self.space.architecture(params, self.shape)
        except AutoMLFlowError:
            return False
        return architecture.key not in self.proposed and self.violation(architecture) is None

    def violation(self, architecture: Architecture) -> str | None:
        """The cap that an architecture exceeds, in words; ``None`` where it may be built."""
        cost, limits = self.cost(architecture), self.config
        if limits.max_params is not None and cost.parameters > limits.max_params:
            return f"refused: {cost.parameters} parameters, max_params is {limits.max_params}"
        needed = cost.training_mb(self.batch)
        if limits.memory_limit is not None and needed > limits.memory_limit:
            return f"refused: needs {needed:.0f} MB for training, memory_limit is {limits.memory_limit}"
        if self.work(architecture) > self._max_work():
            return f"refused: more than {limits.max_cost} times the work of the reference network (max_cost)"
        return self._latency_violation(architecture)

    def _max_work(self) -> float:
        """Operations that the whole training of a network may take."""
        return max(self.config.max_cost * self.work(self.space.reference(self.shape)), MIN_COST_CAP_OPERATIONS)

    def excess(self, architecture: Architecture) -> float:
        """How far an architecture is over the caps, as a ratio; work stands for latency, which is not predicted."""
        cost, limits = self.cost(architecture), self.config
        ratios = [self.work(architecture) / self._max_work()]
        if limits.max_params is not None:
            ratios.append(cost.parameters / limits.max_params)
        if limits.memory_limit is not None:
            ratios.append(cost.training_mb(self.batch) / limits.memory_limit)
        return max(ratios)

    def _latency_violation(self, architecture: Architecture) -> str | None:
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
        return (cost.flops + OPERATIONS_PER_ACTIVATION * cost.activations) * 3.0 * self.samples * self.config.epochs

    def register(self, number: int, architecture: Architecture) -> int | None:
        """Register the proposal of trial *number*; return the earlier trial of the same architecture, if any."""
        first = self.proposed.setdefault(architecture.key, number)
        return None if first == number else first


def reference_under_caps(constraints: Constraints) -> Architecture:
    """The first architecture to try: the space's reference network, made smaller where a cap forbids it.

    One parameter at a time is changed: the change that comes nearest to the caps, until one is under them; of several
    that are, the one with the most work. Where none gets there, the reference network is returned, which the caller
    has to refuse.
    """
    reference = current = constraints.space.reference(constraints.shape)
    excess = constraints.excess(current)
    while constraints.violation(current) is not None:
        smaller = [(e, a) for a in _neighbours(constraints, current) if (e := constraints.excess(a)) < excess]
        allowed = [a for _, a in smaller if constraints.violation(a) is None]
        if allowed:
            return max(allowed, key=lambda a: (constraints.work(a), a.key))
        if not smaller:
            return reference
        excess, current = min(smaller, key=lambda pair: (pair[0], pair[1].key))
    return current


def _neighbours(constraints: Constraints, architecture: Architecture) -> Iterator[Architecture]:
    """Architectures that differ in one parameter."""
    for name, distribution in constraints.space.parameters(constraints.shape).items():
        values: tuple[Value, ...] = ()
        if isinstance(distribution, CategoricalDistribution):
            values = distribution.choices
        elif isinstance(distribution, IntDistribution):
            values = (distribution.low,)
        for value in values:
            if value != architecture.params[name]:
                yield constraints.space.architecture({**architecture.params, name: value}, constraints.shape)
