"""Search spaces as matrices: one column per parameter, NaN where a parameter is not part of a configuration."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from automl_flow.core.seeds import generator

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

LOCAL_STEP = 0.15  # standard deviation of a local move, as a share of a numeric parameter's range


@dataclass(frozen=True)
class Dimension:
    """One parameter as one number.

    A choice of a categorical parameter is its position (0, 1, …). A numeric value is its place between the bounds,
    from 0 to 1, on the logarithmic scale where the distribution is logarithmic.

    Args:
        name: The parameter's name.
        distribution: The Optuna distribution.
        levels: How many different values there are; 0 when the parameter is continuous.
    """

    name: str
    distribution: BaseDistribution
    levels: int

    @property
    def categorical(self) -> bool:
        """Whether values have no order."""
        return isinstance(self.distribution, CategoricalDistribution)

    def encode(self, value: Any) -> float:
        """Turn a parameter value into its number; values outside the bounds are moved to the nearest bound."""
        if isinstance(self.distribution, CategoricalDistribution):
            return self.distribution.to_internal_repr(value)
        low, high = self._bounds()
        place = math.log(value) if self._log else float(value)
        return 0.5 if high == low else min(max((place - low) / (high - low), 0.0), 1.0)

    def decode(self, number: float) -> Any:
        """Turn a number into the nearest parameter value that the distribution allows."""
        if isinstance(self.distribution, CategoricalDistribution):
            return self.distribution.choices[round(number)]
        low, high = self._bounds()
        place = low + number * (high - low)
        value = math.exp(place) if self._log else place
        distribution = self.distribution
        assert isinstance(distribution, IntDistribution | FloatDistribution)
        if distribution.step is not None:
            # Counted from the lower bound, so that steps of 0.1 stay multiples of 0.1.
            steps = round((value - distribution.low) / distribution.step)
            value = distribution.low + min(max(steps, 0), self.levels - 1) * distribution.step
        value = min(max(value, distribution.low), distribution.high)
        return int(value) if isinstance(distribution, IntDistribution) else float(value)

    def sample(self, rng: np.random.Generator) -> float:
        """Draw from the whole range, every value equally likely (on the logarithmic scale if there is one)."""
        return self.place(rng.random())

    def place(self, share: float) -> float:
        """Return the number below which the given share (0 to 1) of the range lies."""
        if self.categorical or (self.levels and not self._log):
            position = min(int(share * self.levels), self.levels - 1)
            return float(position) if self.categorical else position / max(self.levels - 1, 1)
        return self.snap(share)

    def mutate(self, number: float, rng: np.random.Generator) -> float:
        """Draw a different value: any other choice; for numbers a near one or, half of the time, any other one."""
        if self.levels == 1:
            return number
        if self.categorical:
            return float((number + rng.integers(1, self.levels)) % self.levels)
        for _ in range(8):  # a move can round back to where it began
            local = number + rng.normal(0.0, max(LOCAL_STEP, 1.0 / self.levels if self.levels else 0.0))
            moved = self.snap(local) if rng.random() < 0.5 and 0.0 <= local <= 1.0 else self.sample(rng)
            if moved != number:
                return moved
        return self.sample(rng)

    def snap(self, number: float) -> float:
        """Move a number to the nearest one that stands for an allowed value."""
        return self.encode(self.decode(number))

    @property
    def _log(self) -> bool:
        return bool(getattr(self.distribution, "log", False))

    def _bounds(self) -> tuple[float, float]:
        low, high = float(self.distribution.low), float(self.distribution.high)  # type: ignore[attr-defined]  # numeric
        return (math.log(low), math.log(high)) if self._log else (low, high)


def make_dimension(name: str, distribution: BaseDistribution) -> Dimension:
    """Describe one parameter.

    Raises:
        ValueError: The distribution is none of Optuna's categorical, int and float ones.
    """
    if isinstance(distribution, CategoricalDistribution):
        return Dimension(name, distribution, len(distribution.choices))
    if not isinstance(distribution, IntDistribution | FloatDistribution):
        raise ValueError(f"parameter {name!r} must be categorical, int or float, got {type(distribution).__name__}")
    if distribution.single():
        return Dimension(name, distribution, 1)
    if distribution.step is None:
        return Dimension(name, distribution, 0)
    return Dimension(name, distribution, round((distribution.high - distribution.low) / distribution.step) + 1)


def make_dimensions(space: Mapping[str, BaseDistribution]) -> tuple[Dimension, ...]:
    """Describe all parameters, in alphabetical order (storages do not all keep the order of suggestion)."""
    return tuple(make_dimension(name, space[name]) for name in sorted(space))


def stratified(dimension: Dimension, seed: int, number: int, strata: int) -> float:
    """Draw the value of trial *number* in a design that is spread evenly over each parameter.

    Every block of as many trials as a parameter has values (*strata* when there are more than that) visits
    each of them once, in an order that depends on the seed, the parameter and the block.
    """
    count = dimension.levels if 0 < dimension.levels <= strata else strata
    block, position = divmod(number, count)
    rng = generator(seed, "design", dimension.name, block)
    stratum = int(rng.permutation(count)[position])
    return dimension.place((stratum + float(rng.random(count)[position])) / count)


def key_of(row: Vector) -> bytes:
    """Return a hashable key that is equal for equal configurations, inactive parameters included."""
    return np.round(row, 9).tobytes()
