"""Yearly, weekly and daily cycles of dates."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from automl_flow.features.generator import FeatureContext, FeatureGenerator, NoOptions, Proposal

_PARTS = ("yearcycle.sin", "yearcycle.cos", "weekcycle.sin", "weekcycle.cos", "daycycle.sin", "daycycle.cos", "weekend")
_SATURDAY = 5


class DateCycles(TransformerMixin, BaseEstimator):
    """Sine and cosine of the day in the year, the hour in the week and the time of day, and whether it is a weekend."""

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Nothing is learned but the names."""
        self.columns_ = [str(name) for name in X.columns]
        return self

    def transform(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Return seven columns per date; all are missing where the date is."""
        made: list[NDArray[np.float64]] = []
        for position in range(X.shape[1]):
            dates = pd.DatetimeIndex(X.iloc[:, position])
            weekday = dates.day_of_week.to_numpy(dtype=np.float64)
            hour = dates.hour.to_numpy(dtype=np.float64) + dates.minute.to_numpy(dtype=np.float64) / 60
            year = dates.day_of_year.to_numpy(dtype=np.float64) / 365.25
            for phase in (year, (weekday + hour / 24) / 7, hour / 24):
                made += [np.sin(2 * np.pi * phase), np.cos(2 * np.pi * phase)]
            made.append(np.where(np.isnan(weekday), np.nan, weekday >= _SATURDAY))
        return np.column_stack(made)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Names of the features."""
        return np.array([f"+{name}.{part}" for name in self.columns_ for part in _PARTS], dtype=object)


def propose(context: FeatureContext) -> list[Proposal]:
    """One proposal per date column."""
    return [Proposal((name,), size=len(_PARTS)) for name in context.dates]


def build(options: NoOptions, seed: int) -> DateCycles:  # noqa: ARG001 - one signature for all
    """Build the transformer."""
    return DateCycles()


ENTRY = FeatureGenerator(
    about="Sine and cosine of the time of the year, the week and the day, and weekends.",
    step="numbers",
    order=1,
    options=NoOptions,
    propose=propose,
    build=build,
    skops_types=(f"{__name__}.DateCycles",),
)
