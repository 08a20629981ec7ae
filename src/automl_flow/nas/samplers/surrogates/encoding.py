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

    Attributes:
        name: The parameter's name.
        distribution: The Optuna distribution.
        levels: How many different values there are; 0 when the parameter is continuous.
        categorical: Whether the values have no order.
        log: Whether the scale is logarithmic.
        low: Lower bound on that scale; 0 for categorical parameters.
        high: Upper bound on that scale.
    """

    name: str
    distribution: BaseDistribution
    levels: int
    categorical: bool = False
    log: bool = False
    low: float = 0.0
    high: float = 0.0

    def encode(self, value: Any) -> float:
        """Turn a parameter value into its number; values outside the bounds are moved to the nearest bound."""
        if self.categorical:
            return float(self.distribution.to_internal_repr(value))
        if self.high == self.low:
            return 0.0
        place = math.log(value) if self.log else float(value)
        return min(max((place - self.low) / (self.high - self.low), 0.0), 1.0)

    def decode(self, number: float) -> Any:
        """Turn a number into the nearest parameter value that the distribution allows."""
        distribution = self.distribution
        if isinstance(distribution, CategoricalDistribution):
            return distribution.choices[round(number)]
        assert isinstance(distribution, IntDistribution | FloatDistribution)  # noqa: S101  # for the type checker
        place = self.low + number * (self.high - self.low)
        value = math.exp(place) if self.log else place
        if distribution.step is not None:
            # Counted from the lower bound, so that steps of 0.1 stay multiples of 0.1.
            steps = round((value - distribution.low) / distribution.step)
            value = distribution.low + min(max(steps, 0), self.levels - 1) * distribution.step
        value = min(max(value, distribution.low), distribution.high)
        return int(value) if isinstance(distribution, IntDistribution) else float(value)

    def place(self, share: Vector) -> Vector:
        """Return the numbers below which the given shares (0 to 1) of the range lie."""
        if self.levels and not self.log:
            position = np.minimum(np.floor(share * self.levels), self.levels - 1)
            return position if self.categorical else position / max(self.levels - 1, 1)
        return self.snap(share)

    def mutate(self, numbers: Vector, rng: np.random.Generator) -> Vector:
        """Draw different values: any other choice; for numbers a near one or, half of the time, any one."""
        if self.levels == 1:
            return numbers
        if self.categorical:
            return np.mod(numbers + rng.integers(1, self.levels, size=len(numbers)), self.levels)
        step = max(LOCAL_STEP, 1.0 / self.levels if self.levels else 0.0)
        local = np.clip(numbers + rng.normal(0.0, step, size=len(numbers)), 0.0, 1.0)
        moved = np.where(rng.random(len(numbers)) < 0.5, self.snap(local), self.place(rng.random(len(numbers))))
        # A move can round back to where it began; the neighbouring value is then taken.
        stuck = np.isclose(moved, numbers)
        return np.where(stuck, self._neighbour(numbers), moved) if stuck.any() else moved

    def snap(self, numbers: Vector) -> Vector:
        """Move numbers to the nearest ones that stand for allowed values."""
        numbers = np.clip(numbers, 0.0, 1.0)
        if not self.levels:
            return numbers
        if self.high == self.low:
            return np.zeros(len(numbers))
        if not self.log:
            return np.round(numbers * (self.levels - 1)) / (self.levels - 1)
        values = np.round(np.exp(self.low + numbers * (self.high - self.low)))
        values = np.clip(values, round(math.exp(self.low)), round(math.exp(self.high)))
        return (np.log(values) - self.low) / (self.high - self.low)

    def _neighbour(self, numbers: Vector) -> Vector:
        """The next value towards the middle of the range."""
        inward = np.where(numbers < 0.5, 1.0, -1.0)
        if not self.levels:
            return numbers + 0.01 * inward
        if not self.log:
            return self.snap(numbers + inward / max(self.levels - 1, 1))
        values = np.round(np.exp(self.low + numbers * (self.high - self.low))) + inward
        return (np.log(values) - self.low) / (self.high - self.low)


def make_dimension(name: str, distribution: BaseDistribution) -> Dimension:
    """Describe one parameter.

    Raises:
        ValueError: The distribution is none of Optuna's categorical, int and float ones.
    """
    if isinstance(distribution, CategoricalDistribution):
        return Dimension(name, distribution, len(distribution.choices), categorical=True)
    if not isinstance(distribution, IntDistribution | FloatDistribution):
        raise ValueError(f"parameter {name!r} must be categorical, int or float, got {type(distribution).__name__}")
    low, high = float(distribution.low), float(distribution.high)
    levels = 0 if distribution.step is None else round((high - low) / distribution.step) + 1
    levels = 1 if distribution.single() else levels
    if distribution.log:
        low, high = math.log(low), math.log(high)
    return Dimension(name, distribution, levels, log=distribution.log, low=low, high=high)


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
    stratum = rng.permutation(count)[position]
    return float(dimension.place((stratum + rng.random(count)[position : position + 1]) / count)[0])


def draw_rows(dimensions: tuple[Dimension, ...], rng: np.random.Generator, count: int) -> Matrix:
    """Draw configurations at random, every value of a parameter equally likely, (count, d)."""
    shares = rng.random((count, len(dimensions)))
    return np.column_stack([d.place(shares[:, j]) for j, d in enumerate(dimensions)])


def keys_of(rows: Matrix) -> list[bytes]:
    """Return a hashable key for each row; equal for equal configurations, inactive parameters included."""
    rounded = np.round(rows, 9) + 0.0  # adding zero turns -0.0 into 0.0
    rounded[np.isnan(rounded)] = np.nan  # one bit pattern for all
    return [row.tobytes() for row in np.ascontiguousarray(rounded)]
