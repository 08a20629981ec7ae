"""Optuna's distributions, case by case: suggest, draw, count and list their values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import BaseTrial


def suggest(trial: BaseTrial, name: str, distribution: BaseDistribution) -> Any:
    """Let *trial* suggest the parameter *name* from *distribution*.

    Raises:
        TypeError: The distribution is none of Optuna's categorical, int and float ones.
    """
    if isinstance(distribution, CategoricalDistribution):
        return trial.suggest_categorical(name, distribution.choices)
    numeric = _numeric(distribution)
    if isinstance(numeric, IntDistribution):
        return trial.suggest_int(name, numeric.low, numeric.high, step=numeric.step, log=numeric.log)
    return trial.suggest_float(name, numeric.low, numeric.high, step=numeric.step, log=numeric.log)


def draw(distribution: BaseDistribution, rng: np.random.Generator) -> Any:
    """Draw a value uniformly over the choices or the range, ignoring the distribution's log scale.

    Raises:
        TypeError: The distribution is none of Optuna's categorical, int and float ones.
    """
    if isinstance(distribution, CategoricalDistribution):
        return distribution.choices[int(rng.integers(len(distribution.choices)))]
    numeric = _numeric(distribution)
    if numeric.step is None:
        return float(rng.uniform(numeric.low, numeric.high))
    return numeric.low + numeric.step * int(rng.integers(int(count(numeric))))


def count(distribution: BaseDistribution) -> float:
    """Number of distinct values; infinite for a continuous parameter.

    Raises:
        TypeError: The distribution is none of Optuna's categorical, int and float ones.
    """
    if isinstance(distribution, CategoricalDistribution):
        return len(distribution.choices)
    numeric = _numeric(distribution)
    if isinstance(numeric, IntDistribution):
        return (numeric.high - numeric.low) // numeric.step + 1
    return math.inf if numeric.step is None else round((numeric.high - numeric.low) / numeric.step) + 1


def levels(distribution: BaseDistribution) -> list[Any]:
    """All choices of a category; low, middle and high of a range (the middle on its scale, a single value once).

    Raises:
        TypeError: The distribution is none of Optuna's categorical, int and float ones.
    """
    if isinstance(distribution, CategoricalDistribution):
        return list(distribution.choices)
    numeric = _numeric(distribution)
    low, high = float(numeric.low), float(numeric.high)
    if low == high:
        return [numeric.low]
    middle = float(np.sqrt(low * high)) if numeric.log else (low + high) / 2
    if isinstance(numeric, IntDistribution):
        middle = numeric.low + round((middle - low) / numeric.step) * numeric.step
        return sorted({numeric.low, int(middle), numeric.high})
    return [low, middle, high]


def _numeric(distribution: BaseDistribution) -> IntDistribution | FloatDistribution:
    if not isinstance(distribution, IntDistribution | FloatDistribution):
        raise TypeError(f"{type(distribution).__name__} is not supported; use a categorical, int or float distribution")
    return distribution
