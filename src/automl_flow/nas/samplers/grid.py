"""Grid search that needs no list of the grid's points."""

from __future__ import annotations

import math

import numpy as np

from automl_flow.nas.samplers.base import HistorySampler, SamplerEntry, require
from automl_flow.nas.samplers.surrogates.encoding import Dimension, Vector
from automl_flow.nas.samplers.surrogates.history import History

SCANNED = 4096  # points that are looked at for one that is new


class GridSampler(HistorySampler):
    """Every configuration once, in an order that jumps through the grid so that its beginning covers all of it.

    When all points were asked for, it begins anew.

    Args:
        seed: Where in the grid it begins.
        points: Grid points of a parameter that has more values than that, equally far from each other.

    Raises:
        ConfigError: *points* is less than 2.
    """

    def __init__(self, *, seed: int = 42, points: int = 5) -> None:
        require(points >= 2, f"points must be at least 2, got {points}")
        super().__init__(seed=seed, n_startup_trials=1, multi_objective="pareto")
        self._points = points

    def _propose(self, history: History, rng: np.random.Generator) -> Vector:  # noqa: ARG002  # nothing is random
        sizes = [self._size(d) for d in history.dimensions]
        total = math.prod(sizes)
        # A stride near the golden section of the size, without common divisor, visits every point once.
        stride = max(1, round(total * 0.618))
        while math.gcd(stride, total) != 1:
            stride += 1
        for scanned in range(min(total, SCANNED)):
            row = self._point(history.dimensions, sizes, (self._seed + (history.asked + scanned) * stride) % total)
            if history.is_new(row[None])[0]:
                return row
        return row

    def _size(self, dimension: Dimension) -> int:
        small = dimension.categorical or 0 < dimension.levels <= self._points
        return dimension.levels if small else self._points

    def _point(self, dimensions: tuple[Dimension, ...], sizes: list[int], index: int) -> Vector:
        numbers = []
        for dimension, size in zip(dimensions, sizes, strict=True):
            index, position = divmod(index, size)
            place = float(position) if dimension.categorical else position / max(size - 1, 1)
            numbers.append(place if dimension.categorical else float(dimension.snap(np.array([place]))[0]))
        return np.array(numbers)


def build(seed: int, startup: int, *, points: int = 5) -> GridSampler:  # noqa: ARG001  # a grid needs no start
    """Make the sampler."""
    return GridSampler(seed=seed, points=points)


ENTRY = SamplerEntry(build, about="every configuration once, spread over the space")
