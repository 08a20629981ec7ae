"""The order of what is tried before anything is learned about the data."""

from __future__ import annotations

from dataclasses import replace

from automl_flow.models import FAMILIES
from automl_flow.models.family import FitContext, ModelFamily
from automl_flow.tabular.suggest.portfolio import portfolio

CONTEXT = FitContext(problem="binary", metric="roc_auc", n_rows=1_000, n_columns=10, n_classes=2, seed=0)


def order(families: dict[str, ModelFamily]) -> list[str]:
    return [start.family for start in portfolio(families, CONTEXT)]


def test_families_say_their_place_themselves() -> None:
    ours = FAMILIES.available()
    assert order(ours)[:6] == ["lightgbm", "linear", "lightgbm", "linear", "xgboost", "network"]
    assert len(order(ours)) == sum(len(family.portfolio(CONTEXT)) for family in ours.values())
    assert order({**ours, "baseline": replace(ours["baseline"], portfolio_ranks=(15,))})[1] == "baseline"


def test_a_family_without_a_rank_comes_after_the_first_round() -> None:
    ours = FAMILIES.available()
    names = order({**ours, "mine": replace(ours["lightgbm"], name="mine", portfolio_ranks=())})
    first = names.index("mine")
    assert names[first - 1] == "baseline"  # the last family of the first round
    assert set(names[:first]) == set(ours)
    assert names[first : first + 6] == ["mine"] * 6


def test_a_rank_without_a_configuration_is_passed_over() -> None:
    baseline = replace(FAMILIES.get("baseline"), portfolio_ranks=(1, 2, 3))
    assert order({"baseline": baseline}) == ["baseline"]
