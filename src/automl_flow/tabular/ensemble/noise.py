"""How much of a target can be explained, and how much is noise to all that was tried."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.models.family import Array
from automl_flow.tasks.problem_types import ProblemType

MOSTLY = 0.5  # of the loss of the best constant


def mostly_noise(prediction: Array, y: NDArray[Any], kind: ProblemType, weight: Array | None = None) -> bool:
    """Whether predictions of rows that were not seen leave more than half of what the best constant leaves.

    That is the deviance: the squared error of values (so half is an R² of 0.5), or the log loss of classes.

    Args:
        prediction: Probabilities (n, k), or values (n, 1).
        y: Class codes or values, shape (n,).
        kind: The problem type.
        weight: Sample weights.
    """
    constant = np.tile(kind.constant(y, prediction.shape[1], weight), (len(y), 1))
    left, of_constant = kind.deviance(y, prediction), kind.deviance(y, constant)
    return float(np.average(left, weights=weight)) > MOSTLY * float(np.average(of_constant, weights=weight))
