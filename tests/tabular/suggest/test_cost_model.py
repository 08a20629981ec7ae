from __future__ import annotations

from dataclasses import replace

import pytest

from automl_flow.models import FAMILIES
from automl_flow.tabular.suggest.cost_model import CostModel
from tests.models.problems import make_problem


def refusal(left: float, *, soft_seconds: float | None, family: str = "lightgbm") -> str | None:
    context = make_problem("binary").context(0)
    families = FAMILIES.available()
    costs = CostModel(families, context, 3, soft_seconds)
    params = families[family].portfolio(context)[0]
    costs.learn(family, params, 100.0)  # what the first trial took
    return costs.refusal(family, params, left)


def test_what_cannot_end_in_time_is_not_started():
    assert "lightgbm needs about" in str(refusal(50.0, soft_seconds=None))
    assert refusal(200.0, soft_seconds=None) is None


def test_a_fit_that_stops_by_itself_needs_no_more_than_that():
    assert refusal(50.0, soft_seconds=20.0) is None
    assert refusal(10.0, soft_seconds=20.0) is not None


def test_a_fit_that_cannot_be_cut_short_needs_its_whole_time():
    assert refusal(50.0, soft_seconds=20.0, family="random_forest") is not None


def test_what_trials_took_on_narrower_rows_tells_what_they_take_on_wider_ones():
    narrow, families = make_problem("binary").context(0), FAMILIES.available()
    wide = replace(narrow, n_columns=50 * narrow.n_columns)
    costs = CostModel(families, wide, 3)
    params = families["lightgbm"].portfolio(narrow)[0]
    costs.learn("lightgbm", params, 100.0, narrow)
    assert costs.seconds("lightgbm", params) > 150.0
    costs.learn("lightgbm", params, 100.0)
    costs.learn("lightgbm", params, 100.0)
    assert costs.seconds("lightgbm", params) == pytest.approx(100.0)
