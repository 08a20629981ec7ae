"""BANANAS: an ensemble of neural predictors and independent Thompson sampling."""

from __future__ import annotations

from typing import Any

import numpy as np

from automl_flow.nas.samplers.base import HistorySampler, SamplerEntry, require
from automl_flow.nas.samplers.surrogates.candidates import best_candidate
from automl_flow.nas.samplers.surrogates.encoding import Matrix, Vector
from automl_flow.nas.samplers.surrogates.ensemble import features, fit_ensemble
from automl_flow.nas.samplers.surrogates.history import History

MAX_HISTORY = 400  # trials that the predictors are trained on


class BananasSampler(HistorySampler):
    """Bayesian optimisation with neural predictors (White et al., AAAI 2021).

    Every trial trains an ensemble on the history, searches near the best configurations and at random, and takes the
    candidate whose drawn value, normal with the ensemble's mean and spread, is largest. Departs from the paper in the
    inputs (choices and how often they occur, which any space has, in place of paths through a cell), in the
    predicted value (normal scores of ranks) and in small anchored networks. With several objectives every trial draws
    its own weighting.

    Args:
        seed: Seed of all draws.
        n_startup_trials: Random trials before the predictors decide.
        members: Networks in the ensemble.
        width: Units in each of their two hidden layers.
        steps: Training steps, all trials in each.

    Raises:
        ConfigError: A number is out of its range.
    """

    def __init__(
        self,
        *,
        seed: int = 42,
        n_startup_trials: int = 10,
        members: int = 5,
        width: int = 32,
        steps: int = 100,
    ) -> None:
        require(members >= 2, f"members must be at least 2, got {members}")
        require(width >= 1, f"width must be at least 1, got {width}")
        require(steps >= 1, f"steps must be at least 1, got {steps}")
        super().__init__(seed=seed, n_startup_trials=n_startup_trials, multi_objective="scalarise")
        self._members = members
        self._width = width
        self._steps = steps

    def _propose(self, history: History, rng: np.random.Generator) -> Vector:
        best = np.argsort(-history.utility, kind="stable")[: MAX_HISTORY // 2]
        used = np.union1d(best, np.arange(len(history.X))[-(MAX_HISTORY // 2) :])
        y = history.utility[used]
        y = (y - y.mean()) / max(float(y.std()), 1e-9)
        inputs = features(history.X[used], history.dimensions)
        ensemble = fit_ensemble(inputs, y, rng, members=self._members, width=self._width, steps=self._steps)

        def drawn_value(rows: Matrix) -> Vector:
            predictions = ensemble.predict(features(rows, history.dimensions))
            return np.asarray(rng.normal(predictions.mean(axis=0), predictions.std(axis=0)))

        return best_candidate(history, drawn_value, rng)


def build(seed: int, startup: int, **options: Any) -> BananasSampler:
    """Make the sampler."""
    return BananasSampler(seed=seed, n_startup_trials=startup, **options)


ENTRY = SamplerEntry(build, about="ensemble of neural predictors, independent Thompson sampling")
