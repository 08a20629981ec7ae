"""Grid search over trials that are asked and told."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from optuna.samplers import GridSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState


class WindowedGridSampler(GridSampler):
    """Optuna's grid, for studies that are asked and told instead of optimised.

    Optuna's sampler stops the study's own loop when the grid is used up, and there is no such loop here. The caller
    asks for as many trials as the grid has points instead; see :func:`grid_size`. Every trial's sampler must be made
    with the same seed, for the seed fixes which number stands for which point.
    """

    def after_trial(self, study: Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None) -> None:
        """Do nothing: the end is the caller's to know."""


def grid_size(grid: Mapping[str, Sequence[Any]]) -> int:
    """Number of points of a grid of choices."""
    return math.prod(len(choices) for choices in grid.values())
