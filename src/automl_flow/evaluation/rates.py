"""Shares of rows with their intervals, and the difference and the ratio of two of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from automl_flow.evaluation.intervals import Interval


@dataclass(frozen=True)
class Rate:
    """How many of some rows have a property.

    Attributes:
        count: Rows that have it.
        rows: All of them, at least one.
        low: Lower end of the interval of their share (Wilson 1927).
        high: Upper end.
    """

    count: int
    rows: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share."""
        return self.count / self.rows


def rate(mask: NDArray[np.bool_], confidence: float) -> Rate | None:
    """Count the rows of *mask* that are true; ``None`` where there is no row."""
    n, count = len(mask), int(np.count_nonzero(mask))
    if n == 0:
        return None
    z, p = _z(confidence), count / n
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    low = 0.0 if count == 0 else middle - half  # the ends are exact there, but for rounding
    high = 1.0 if count == n else middle + half
    return Rate(count, n, low, high)


def difference(large: Rate | Interval, small: Rate | Interval) -> Interval:
    """Return *large* minus *small*, of independent rows, with its interval.

    The distances of the two values to the ends of their intervals add as squares (Newcombe 1998, method 10).
    """
    gap = large.value - small.value
    low = gap - math.hypot(large.value - large.low, small.high - small.value)
    high = gap + math.hypot(large.high - large.value, small.value - small.low)
    return Interval(gap, low, high)


def ratio(small: Rate, large: Rate, confidence: float) -> Interval | None:
    """Return *small* over *large*, of independent rows, with its interval (Katz et al. 1978, on the log scale).

    ``None`` where *large* is 0. Where *small* is 0, half a row is taken to have the property for the interval.
    """
    if large.count == 0:
        return None
    count = max(small.count, 0.5)
    spread = math.sqrt(1 / count - 1 / small.rows + 1 / large.count - 1 / large.rows)
    middle, factor = (count / small.rows) / large.value, math.exp(_z(confidence) * spread)
    value = small.value / large.value
    return Interval(value, min(middle / factor, value), middle * factor)


def _z(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)
