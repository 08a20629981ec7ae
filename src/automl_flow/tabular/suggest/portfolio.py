"""The order in which strong configurations are tried before anything is learned about the data."""

from __future__ import annotations

from collections.abc import Mapping

from automl_flow.models.family import FitContext, ModelFamily
from automl_flow.tabular.suggest.strategy import InitialConfig


def portfolio(families: Mapping[str, ModelFamily], context: FitContext) -> tuple[InitialConfig, ...]:
    """Return the configurations that are tried first, in order.

    The order is that of ``ModelFamily.portfolio_ranks``, measured on thirteen public tables (benchmarks/portfolio.py):
    each next configuration is the one that lowers the loss of the ensemble most per second. The networks alone come
    before their time: they take long, but where a table leaves time for a dozen trials they are what their ensemble
    lacks most. The order depends on the families and on the size of the data, never on the clock, so that a run which
    the clock ended can be repeated without one. Families without ranks come right after the first round of the ranked.
    """
    usable = {name: family for name, family in families.items() if family.suits(context)}
    offers = {name: tuple(family.portfolio(context)) for name, family in usable.items()}
    ranked = sorted(
        (rank, name, position)
        for name, family in usable.items()
        for position, rank in enumerate(family.portfolio_ranks[: len(offers[name])])
    )
    keys = [(name, position) for _, name, position in ranked]
    others = [
        (name, i) for name in sorted(offers) if not usable[name].portfolio_ranks for i in range(len(offers[name]))
    ]
    first_round = max((place for place, (_, position) in enumerate(keys, 1) if position == 0), default=0)
    return tuple(
        InitialConfig(name, offers[name][i]) for name, i in [*keys[:first_round], *others, *keys[first_round:]]
    )
