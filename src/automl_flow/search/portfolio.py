"""The order in which strong configurations are tried before anything is learned about the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from automl_flow.search.family import FitContext, ModelFamily, Params

# Family and position in its portfolio: the first ones are quick, so that there is a model soon;
# then strong and different ones.
_ORDER: tuple[tuple[str, int], ...] = (
    ("lightgbm", 0),
    ("linear", 0),
    ("knn", 0),
    ("network", 0),
    ("catboost", 0),
    ("lightgbm", 1),
    ("extra_trees", 0),
    ("xgboost", 0),
    ("random_forest", 0),
    ("baseline", 0),
    ("catboost", 1),
    ("network", 1),
    ("extra_trees", 1),
    ("xgboost", 1),
    ("lightgbm", 2),
    ("catboost", 2),
    ("knn", 1),
    ("linear", 1),
    ("random_forest", 1),
    ("xgboost", 2),
    ("hist_gradient_boosting", 0),
    ("lightgbm", 3),
)


@dataclass(frozen=True)
class Start:
    """A configuration to begin with."""

    family: str
    params: Params


def portfolio(families: Mapping[str, ModelFamily], context: FitContext) -> tuple[Start, ...]:
    """Return the configurations that are tried first, in order.

    The order depends on the families and on the size of the data, never on the clock, so that a run which the
    clock ended can be repeated without one. Families that are not ranked (a user's own) come right after the
    first round of the ranked ones.
    """
    usable = {name: family for name, family in families.items() if family.suits(context)}
    offers = {name: tuple(family.portfolio(context)) for name, family in usable.items()}
    keys = [key for key in _ORDER if key[0] in offers and key[1] < len(offers[key[0]])]
    ranked = {name for name, _ in _ORDER}
    own = [(name, i) for name in sorted(offers) if name not in ranked for i in range(len(offers[name]))]
    first_round = sum(1 for _, i in keys if i == 0)
    return tuple(Start(name, offers[name][i]) for name, i in [*keys[:first_round], *own, *keys[first_round:]])
