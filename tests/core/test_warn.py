"""Warnings point to the user's line, however deep in this package they arise."""

from __future__ import annotations

import inspect

import pytest

from automl_flow.core.errors import AutoMLFlowWarning
from automl_flow.core.warn import warn
from automl_flow.study.notes import Note, warn_of


@pytest.mark.parametrize("call", [lambda: warn("x"), lambda: warn_of([Note("x", serious=True)])], ids=["near", "deep"])
def test_a_warning_points_to_the_first_line_outside(call):
    with pytest.warns(AutoMLFlowWarning) as caught:
        call()
    assert caught[0].filename == __file__
    assert caught[0].lineno == inspect.getsourcelines(call)[1]
