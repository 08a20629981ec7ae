"""The default: a portfolio of strong configurations, then TPE on the families that did well."""

from __future__ import annotations

from collections.abc import Mapping

from automl_flow.models.family import FitContext, ModelFamily
from automl_flow.tabular.suggest.portfolio import portfolio
from automl_flow.tabular.suggest.samplers import tpe_sampler
from automl_flow.tabular.suggest.strategy import (
    FAMILY,
    InitialConfig,
    PruneQuery,
    Strategy,
    better_more_often,
    quantile_thresholds,
)


def initial(
    families: Mapping[str, ModelFamily],
    context: FitContext,
    seed: int,  # noqa: ARG001 - one signature for all
) -> tuple[InitialConfig, ...]:
    """The portfolio."""
    return portfolio(families, context)


def prune(query: PruneQuery) -> dict[int, float]:
    """End trials that are worse after two folds than the median of their family."""
    return quantile_thresholds([t for t in query.told if t.user_attrs.get(FAMILY) == query.family], [2], 0.5)


ENTRY = Strategy(
    about="portfolio of strong configurations, then TPE on the families that did well",
    sampler=tpe_sampler,
    initial=initial,
    family=better_more_often,
    prune=prune,
)
