"""Caps and duplicates."""

from __future__ import annotations

from typing import Any

from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.constraints import Ledger
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces import make_space

SHAPE = DataShape(kind="image", channels=1, height=28, width=28, outputs=10)
SPACE = make_space("macro")
REFERENCE = SPACE.reference(SHAPE)
LARGE = SPACE.architecture(
    {**REFERENCE.params, "width": 48, "depth_0": 3, "op_0": "nor_conv_5x5", "op_1": "nor_conv_5x5"}, SHAPE
)


def ledger(**caps: Any) -> Ledger:
    return Ledger(SPACE, SHAPE, NasConfig(**caps), samples=8000, batch=128)


def test_the_reference_is_under_the_default_caps() -> None:
    assert ledger().objection(REFERENCE) is None


def test_too_many_parameters_are_refused_with_the_numbers() -> None:
    assert ledger(max_params=1000).objection(REFERENCE) == "refused: 94442 parameters, max_params is 1000"


def test_too_much_work_is_refused() -> None:
    assert "max_cost" in (ledger(max_cost=2.0).objection(LARGE) or "")


def test_what_cannot_fit_into_memory_is_refused_before_it_is_built() -> None:
    assert "memory_limit" in (ledger(memory_limit=64, max_cost=1e9).objection(LARGE) or "")


def test_slow_networks_are_refused() -> None:
    assert "max_latency_ms" in (ledger(max_latency_ms=1e-6).objection(REFERENCE) or "")


def test_an_architecture_is_new_once() -> None:
    book = ledger()
    assert book.acceptable(REFERENCE.params)
    assert book.enter(0, REFERENCE) is None
    assert not book.acceptable(REFERENCE.params)
    assert book.enter(5, REFERENCE) == 0
