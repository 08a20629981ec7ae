"""Caps, duplicates, and the first network under caps."""

from __future__ import annotations

from typing import Any

import pytest

from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.constraints import Constraints, reference_under_caps
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces import make_space

SHAPE = DataShape(kind="image", channels=1, height=28, width=28, outputs=10)
SPACE = make_space("macro")
REFERENCE = SPACE.reference(SHAPE)
LARGE = SPACE.architecture(
    {**REFERENCE.params, "width": 48, "depth_0": 3, "op_0": "nor_conv_5x5", "op_1": "nor_conv_5x5"}, SHAPE
)


def constraints(**caps: Any) -> Constraints:
    return Constraints(SPACE, SHAPE, NasConfig(**caps), samples=8000, batch=256)


def test_the_reference_is_under_the_default_caps() -> None:
    assert constraints().violation(REFERENCE) is None


def test_too_many_parameters_are_refused_with_the_numbers() -> None:
    assert constraints(max_params=1000).violation(REFERENCE) == "refused: 94442 parameters, max_params is 1000"


def test_too_much_work_is_refused() -> None:
    assert "max_cost" in (constraints(max_cost=2.0).violation(LARGE) or "")


def test_what_cannot_fit_into_memory_is_refused_before_it_is_built() -> None:
    assert "memory_limit" in (constraints(memory_limit=64, max_cost=1e9).violation(LARGE) or "")


def test_slow_networks_are_refused() -> None:
    assert "max_latency_ms" in (constraints(max_latency_ms=1e-6).violation(REFERENCE) or "")


def test_an_architecture_is_new_once() -> None:
    known = constraints()
    assert known.acceptable(REFERENCE.params)
    assert known.register(0, REFERENCE) is None
    assert not known.acceptable(REFERENCE.params)
    assert known.register(5, REFERENCE) == 0


def test_without_caps_the_first_network_is_the_reference() -> None:
    assert reference_under_caps(constraints()) == REFERENCE


@pytest.mark.parametrize("caps", [{"max_params": 30_000}, {"memory_limit": 64}, {"max_cost": 0.5}])
def test_under_a_cap_the_first_network_is_a_smaller_network_that_may_be_built(caps: dict[str, Any]) -> None:
    known = constraints(**caps)
    found = reference_under_caps(known)
    assert known.violation(found) is None
    assert known.work(found) < known.work(REFERENCE)


def test_where_nothing_is_small_enough_the_first_network_is_the_reference() -> None:
    assert reference_under_caps(constraints(max_params=10)) == REFERENCE
