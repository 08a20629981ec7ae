"""Random forests."""

from __future__ import annotations

from typing import Any

from automl_flow.models._forests import forest_family, forest_seconds, options, two_forests, usual_share
from automl_flow.models.family import FitContext, Params


def build(params: Params, context: FitContext) -> Any:
    """Return a random forest."""
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    kind = RandomForestClassifier if context.has_classes else RandomForestRegressor
    return kind(**options(params, context))


def portfolio(context: FitContext) -> tuple[Params, ...]:
    """Return the usual forest and one with larger leaves that looks at more columns."""
    share = usual_share(context) if context.has_classes else 1.0 / 3
    return two_forests(context, share, wider=2, leaf=5)


def seconds(params: Params, context: FitContext) -> float:
    """Guess the seconds of one fit."""
    return forest_seconds(params, context, 3e-8)


ENTRY = forest_family("random_forest", build, portfolio, seconds, portfolio_ranks=(160, 230), stacking_ranks={1: 70})
