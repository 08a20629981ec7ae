"""Extremely randomised trees."""

from __future__ import annotations

from typing import Any

from automl_flow.models._forests import forest_family, forest_seconds, options, two_forests, usual_share
from automl_flow.models.family import FitContext, Params


def build(params: Params, context: FitContext) -> Any:
    """Return a forest of extremely randomised trees."""
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

    kind = ExtraTreesClassifier if context.has_classes else ExtraTreesRegressor
    return kind(**options(params, context))


def portfolio(context: FitContext) -> tuple[Params, ...]:
    """Return the usual forest and one with larger leaves that looks at more columns."""
    share = usual_share(context) if context.has_classes else 1.0
    return two_forests(context, share, wider=3, leaf=3)


def seconds(params: Params, context: FitContext) -> float:
    """Guess the seconds of one fit: thresholds are drawn, not searched for."""
    return forest_seconds(params, context, 1e-8)


ENTRY = forest_family(
    "extra_trees", build, portfolio, seconds, portfolio_ranks=(120, 220), stacking_ranks={0: 20, 1: 80}
)
