"""The first network under caps."""

from __future__ import annotations

from typing import Any

import pytest

from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.constraints import Ledger
from automl_flow.nas.search.first import plain_network
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces import make_space

SHAPE = DataShape(kind="image", channels=1, height=28, width=28, outputs=10)
SPACE = make_space("macro")


def ledger(**caps: Any) -> Ledger:
    return Ledger(SPACE, SHAPE, NasConfig(**caps), samples=8000, batch=256)


def test_without_caps_it_is_the_reference() -> None:
    assert plain_network(ledger()) == SPACE.reference(SHAPE)


@pytest.mark.parametrize("caps", [{"max_params": 30_000}, {"memory_limit": 64}, {"max_cost": 0.5}])
def test_under_a_cap_it_is_a_smaller_network_that_may_be_built(caps: dict[str, Any]) -> None:
    book = ledger(**caps)
    found = plain_network(book)
    assert book.objection(found) is None
    assert book.work(found) < book.work(SPACE.reference(SHAPE))


def test_where_nothing_is_small_enough_it_is_the_reference() -> None:
    assert plain_network(ledger(max_params=10)) == SPACE.reference(SHAPE)
