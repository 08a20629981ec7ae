"""A searched network beside an ensemble."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from automl_flow.tabular.ensemble.blend import blend
from automl_flow.tasks.spec import TaskSpec


@pytest.mark.parametrize(("monotone", "share"), [({"size": 1}, 0.0), ({}, 1.0)])
def test_a_network_gets_no_share_where_predictions_must_keep_a_direction(monotone, share, monkeypatch):
    monkeypatch.setattr("automl_flow.tabular.ensemble.blend.replace", lambda model, **_: model)
    y = np.arange(20.0)
    model = SimpleNamespace(
        task=TaskSpec(problem="regression", monotone=monotone), classes=None, members=(), weights=()
    )
    blended = blend(model, None, np.zeros((20, 1)), y[:, None], y=y)
    assert blended.shares == (1.0 - share, share)
