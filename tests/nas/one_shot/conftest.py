"""Short epochs: what is tested here needs no trained networks."""

from __future__ import annotations

import pytest

from automl_flow.nas.training import loop


@pytest.fixture(autouse=True)
def short_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Go through the few samples once an epoch instead of until there are many batches."""
    monkeypatch.setattr(loop, "MIN_EPOCH_BATCHES", 4)
