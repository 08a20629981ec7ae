"""Pictures of a regression on the holdout: predictions against truth, and residuals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from automl_flow.core.seeds import generator
from automl_flow.evaluation.intervals import Holdout
from automl_flow.evaluation.resampling import Array

_POINTS = 500
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class RegressionDetail:
    """What is drawn of a regression.

    Attributes:
        actual: True values of (a sample of) the rows.
        predicted: Predicted values of the same rows.
        residual_quantiles: 5, 25, 50, 75 and 95 % quantiles of truth minus prediction over all rows.
    """

    actual: tuple[float, ...]
    predicted: tuple[float, ...]
    residual_quantiles: tuple[float, ...]


def describe_regression(holdout: Holdout, predicted: Array, seed: int) -> RegressionDetail:
    """Compute the pictures of a regression; at most 500 rows are kept for the plots.

    Args:
        holdout: True values.
        predicted: Shape (n,) or (n, 1).
        seed: Chooses the rows of the plots.
    """
    actual = holdout.y.astype(np.float64)
    predicted = predicted.reshape(len(actual))
    rows = np.arange(len(actual))
    if len(rows) > _POINTS:
        rows = np.sort(generator(seed, "residuals").choice(rows, _POINTS, replace=False))
    quantiles = np.quantile(actual - predicted, _QUANTILES)
    return RegressionDetail(
        actual=tuple(float(value) for value in actual[rows]),
        predicted=tuple(float(value) for value in predicted[rows]),
        residual_quantiles=tuple(float(value) for value in quantiles),
    )
