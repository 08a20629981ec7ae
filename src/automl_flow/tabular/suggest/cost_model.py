"""Runtime model of trials: the family's estimate, corrected by the observed runtimes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import median

from automl_flow.models.family import FitContext, ModelFamily, Params
from automl_flow.tabular.schedule import (
    RUNTIME_MARGIN,
    STARTABLE_FRACTION,
    TRIAL_OVERHEAD_SECONDS,
    UNKNOWN_RUNTIME_MARGIN,
)


class CostModel:
    """Predicts the seconds of trials. It only decides what is started, never what is suggested."""

    def __init__(
        self, families: Mapping[str, ModelFamily], context: FitContext, n_folds: int, soft_seconds: float | None = None
    ) -> None:
        """Start from the families' own guesses.

        Args:
            families: Families by name.
            context: Size of the data.
            n_folds: Fits of a trial.
            soft_seconds: Seconds after which a trial's iterative fits stop and keep what they have.
        """
        self._soft_seconds = math.inf if soft_seconds is None else soft_seconds
        self._families, self._context, self._n_folds = families, context, n_folds
        self._ratios: dict[str, list[float]] = {}

    def learn(self, family: str, params: Params, seconds: float, context: FitContext | None = None) -> None:
        """Learn from the runtime of a trial.

        Args:
            family: Its family.
            params: Its parameters.
            seconds: Seconds that it took.
            context: Size of the data it was fitted on; ``None``: the size that this model predicts for.
        """
        self._ratios.setdefault(family, []).append(seconds / self._guess(family, params, context))

    def seconds(self, family: str, params: Params) -> float:
        """Predict the seconds of a trial."""
        own = self._ratios.get(family, [])
        others = [ratio for ratios in self._ratios.values() for ratio in ratios]
        known = own or others
        return self._guess(family, params) * (median(known) if known else 1.0)

    def refusal(self, family: str, params: Params, left: float) -> str | None:
        """Reason not to start a trial with *left* seconds to go; ``None`` if there is none."""
        margin = RUNTIME_MARGIN if family in self._ratios else UNKNOWN_RUNTIME_MARGIN
        needed = margin * self.seconds(family, params)
        if self._families[family].stops_early:
            needed = min(needed * STARTABLE_FRACTION, self._soft_seconds)
        if needed + TRIAL_OVERHEAD_SECONDS <= left:
            return None
        return f"not started: {family} needs about {needed:.1f} s and {left:.1f} s are left"

    def _guess(self, family: str, params: Params, context: FitContext | None = None) -> float:
        seconds = self._families[family].seconds(params, context or self._context)
        return TRIAL_OVERHEAD_SECONDS + self._n_folds * max(1e-3, seconds)
