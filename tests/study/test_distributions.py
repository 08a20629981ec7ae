"""Suggesting, drawing, counting and listing the values of a distribution."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import optuna
import pytest
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from automl_flow.study.distributions import count, draw, levels, suggest

CASES: list[tuple[BaseDistribution, float, list[Any]]] = [
    (CategoricalDistribution(("a", "b")), 2, ["a", "b"]),
    (IntDistribution(1, 9), 9, [1, 5, 9]),
    (IntDistribution(2, 8, step=3), 3, [2, 5, 8]),
    (IntDistribution(1, 100, log=True), 100, [1, 10, 100]),
    (IntDistribution(4, 4), 1, [4]),
    (FloatDistribution(0.0, 1.0), math.inf, [0.0, 0.5, 1.0]),
    (FloatDistribution(0.01, 1.0, log=True), math.inf, [0.01, 0.1, 1.0]),
    (FloatDistribution(0.0, 1.0, step=0.25), 5, [0.0, 0.5, 1.0]),
]
every = pytest.mark.parametrize(("distribution", "values", "listed"), CASES)


@every
def test_a_trial_is_asked_for_the_same_distribution(
    distribution: BaseDistribution, values: float, listed: list[Any]
) -> None:
    trial = optuna.create_study().ask()
    value = suggest(trial, "x", distribution)
    assert trial.distributions == {"x": distribution}
    assert distribution._contains(distribution.to_internal_repr(value))


@every
def test_draws_lie_in_the_distribution_and_reach_all_values(
    distribution: BaseDistribution, values: float, listed: list[Any]
) -> None:
    rng = np.random.default_rng(0)
    drawn = [draw(distribution, rng) for _ in range(300)]
    assert all(distribution._contains(distribution.to_internal_repr(value)) for value in drawn)
    if isinstance(distribution, (CategoricalDistribution, IntDistribution)) and values < 10:
        assert len(set(drawn)) == values


@every
def test_values_are_counted(distribution: BaseDistribution, values: float, listed: list[Any]) -> None:
    assert count(distribution) == values


@every
def test_low_middle_and_high_are_listed(distribution: BaseDistribution, values: float, listed: list[Any]) -> None:
    assert levels(distribution) == (pytest.approx(listed) if isinstance(listed[0], float) else listed)


def test_another_kind_of_distribution_is_refused() -> None:
    class Odd(BaseDistribution):
        def single(self) -> bool:
            return True

        def to_internal_repr(self, param_value_in_external_repr: Any) -> float:
            return 0.0

        def _contains(self, param_value_in_internal_repr: float) -> bool:
            return True

    with pytest.raises(TypeError, match="Odd is not supported; use a categorical"):
        count(Odd())
