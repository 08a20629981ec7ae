"""Bayesian optimisation with a Gaussian process made for choices: expected improvement over near and far mutants."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from automl_flow.nas.samplers.base import HistorySampler, SamplerEntry
from automl_flow.nas.samplers.surrogates.candidates import best_candidate
from automl_flow.nas.samplers.surrogates.encoding import Matrix, Vector
from automl_flow.nas.samplers.surrogates.gp import condition, distances, fit_kernel
from automl_flow.nas.samplers.surrogates.history import History

MAX_HISTORY = 400  # trials that the process is conditioned on; its cost grows with their cube
MAX_FIT_TRIALS = 150  # that its hyperparameters are fitted to


class GaussianProcessSampler(HistorySampler):
    """Expected improvement under a Gaussian process with an exponential Hamming kernel.

    Values enter as normal scores of their ranks. The kernel has a rate per parameter (squared distance for numbers)
    and a second term that counts options over parameters of the same kind; see
    :class:`automl_flow.nas.samplers.surrogates.gp.Kernel`. Trials that are still running enter with the value that the
    process predicts for them, so that parallel trials differ. With several objectives every trial draws its own
    weighting (Knowles 2006). In long studies the best and the most recent trials are used.

    Args:
        seed: Seed of all draws.
        n_startup_trials: Random trials before the process decides.

    Raises:
        ConfigError: *n_startup_trials* is less than 1.
    """

    def __init__(self, *, seed: int = 42, n_startup_trials: int = 10) -> None:
        super().__init__(seed=seed, n_startup_trials=n_startup_trials, multi_objective="scalarise")

    def _propose(self, history: History, rng: np.random.Generator) -> Vector:
        used = _select(history.utility, MAX_HISTORY)
        X, y = history.X[used], history.utility[used]
        y = (y - y.mean()) / max(float(y.std()), 1e-9)
        fitted = np.sort(rng.choice(len(y), size=min(len(y), MAX_FIT_TRIALS), replace=False))
        D = distances(X[fitted], X[fitted], history.dimensions)
        kernel = fit_kernel(D, y[fitted], len(history.dimensions))
        model = condition(kernel, history.dimensions, X, y)
        best = float(model.predict(X)[0].max())
        if len(history.pending):
            believed = model.predict(history.pending)[0]
            joined = np.concatenate([X, history.pending])
            model = condition(kernel, history.dimensions, joined, np.concatenate([y, believed]))

        def improvement(rows: Matrix) -> Vector:
            mean, deviation = model.predict(rows)
            z = (mean - best) / deviation
            density = np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)
            return np.asarray(deviation * (z * ndtr(z) + density))

        return best_candidate(history, improvement, rng)


def _select(utility: Vector, max_trials: int) -> NDArray[np.intp]:
    """Positions of the trials to use: all, or or half of *max_trials* the best and half the youngest."""
    if len(utility) <= max_trials:
        return np.arange(len(utility))
    best = np.argsort(-utility, kind="stable")[: max_trials // 2]
    return np.union1d(best, np.arange(len(utility))[-(max_trials // 2) :])


def build(seed: int, startup: int) -> GaussianProcessSampler:
    """Make the sampler."""
    return GaussianProcessSampler(seed=seed, n_startup_trials=startup)


ENTRY = SamplerEntry(build, about="Gaussian process with a Hamming kernel, expected improvement")
