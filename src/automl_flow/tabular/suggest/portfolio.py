"""The order in which strong configurations are tried before anything is learned about the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from automl_flow.models.family import FitContext, ModelFamily, Params

# Family and position in its portfolio. Measured on thirteen public tables (benchmarks/portfolio.py): each next
# configuration is the one that lowers the loss of the ensemble most per second. The networks alone come before their
# time: they take long, but where a table leaves time for a dozen trials they are what their ensemble lacks most.
_ORDER: tuple[tuple[str, int], ...] = (
    ("lightgbm", 0),
    ("linear", 0),
    ("lightgbm", 1),
    ("linear", 2),  # costs next to nothing, and some tables want it
    ("xgboost", 0),
    ("network", 0),
    ("knn", 0),
    ("lightgbm", 2),
    ("network", 1),
    ("catboost", 0),
    ("lightgbm", 3),
    ("extra_trees", 0),
    ("catboost", 1),
    ("xgboost", 1),
    ("hist_gradient_boosting", 0),
    ("random_forest", 0),
    ("baseline", 0),
    ("lightgbm", 4),
    ("catboost", 2),
    ("lightgbm", 5),
    ("xgboost", 2),
    ("extra_trees", 1),
    ("random_forest", 1),
    ("knn", 1),
    ("linear", 1),
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
    first_round = max((position for position, (_, i) in enumerate(keys, 1) if i == 0), default=0)
    return tuple(Start(name, offers[name][i]) for name, i in [*keys[:first_round], *own, *keys[first_round:]])
