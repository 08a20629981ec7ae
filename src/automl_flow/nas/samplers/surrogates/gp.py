"""Gaussian process regression on encoded configurations, hyperparameters by penalised marginal likelihood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky, solve_triangular

from automl_flow.nas.samplers.surrogates.candidates import counts, families
from automl_flow.nas.samplers.surrogates.encoding import Dimension, Matrix, Vector

Stack = NDArray[np.float64]  # (terms, n, m) distances, one term per parameter and per family

JITTER = 1e-6
MAX_ITERATIONS = 25  # of L-BFGS
NUMERIC_SCALE = 4.0  # squared distance of the two ends of a range; two different choices have 1


@dataclass(frozen=True, eq=False)
class Kernel:
    """``m_0 exp(-Σ_j r_j δ_j) + Σ_g m_g exp(-s_g Δ_g)``.

    The first term is the exponential Hamming kernel with a rate for every parameter: δ_j is 1 for different choices,
    a squared distance for numbers (an RBF). The others compare how often the options of a family of like parameters
    occur, wherever they stand: Δ_g is half the L1 distance of the counts.

    Attributes:
        rates: r, (d,).
        family_rates: s, (g,).
        mix: m, (g + 1,), sums to 1.
        noise: Variance of the noise, relative to the signal's variance 1.
    """

    rates: Vector
    family_rates: Vector
    mix: Vector
    noise: float

    def terms(self, distances: Stack) -> Stack:
        """The kernel's terms without their weights, (g + 1, n, m)."""
        d = len(self.rates)
        hamming = np.exp(-np.tensordot(self.rates, distances[:d], axes=1))
        rest = np.exp(-self.family_rates[:, None, None] * distances[d:])
        return np.concatenate([hamming[None], rest])

    def __call__(self, distances: Stack) -> Matrix:
        """Covariances without noise, (n, m)."""
        return np.asarray(np.tensordot(self.mix, self.terms(distances), axes=1))


def distances(A: Matrix, B: Matrix, dimensions: Sequence[Dimension]) -> Stack:
    """Distances of (n, d) to (m, d) configurations by parameter and by family.

    A parameter that only one of the two uses counts as different, one that neither uses as equal.
    """
    terms = []
    for j, dimension in enumerate(dimensions):
        a, b = A[:, None, j], B[None, :, j]
        apart = (a != b).astype(float) if dimension.categorical else NUMERIC_SCALE * (a - b) ** 2
        no_a, no_b = np.isnan(a), np.isnan(b)
        if no_a.any() or no_b.any():
            apart = np.where(no_a & no_b, 0.0, np.where(no_a | no_b, 1.0, apart))
        terms.append(apart)
    for columns in families(tuple(dimensions)):
        a, b = (counts(X, columns, dimensions[columns[0]].levels) for X in (A, B))
        terms.append(np.abs(a[:, None] - b[None]).sum(axis=2) / 2.0)
    return np.stack(terms)


def fit_kernel(D: Stack, y: Vector, parameters: int) -> Kernel:
    """Find the hyperparameters that explain *y* best.

    Args:
        D: (d + g, n, n) distances of the trials to each other.
        y: (n,) standardised values.
        parameters: d, how many of the terms belong to parameters; the others belong to families.
    """
    from scipy.optimize import minimize

    g = len(D) - parameters
    # Log-normal priors: about one change of a parameter in √d is felt; a tenth of the variance may be noise.
    center = np.concatenate([
        np.full(parameters, np.log(1.5 / np.sqrt(parameters))), np.full(g, np.log(0.5)), np.zeros(g), [np.log(0.05)]
    ])  # fmt: skip
    spread = np.concatenate([np.ones(parameters + g), np.full(g, 1.5), [1.0]])
    bounds = [(-6.0, 4.0)] * (len(center) - 1) + [(np.log(1e-3), 0.0)]

    def penalised(theta: Vector) -> tuple[float, Vector]:
        value, gradient = _negative_likelihood(theta, D, y, parameters)
        offset = (theta - center) / spread
        return value + 0.5 * float(offset @ offset), gradient + offset / spread

    result = minimize(
        penalised, center, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": MAX_ITERATIONS}
    )
    return _kernel(result.x, parameters)


def _kernel(theta: Vector, parameters: int) -> Kernel:
    g = (len(theta) - parameters - 1) // 2
    logits = np.concatenate([[0.0], theta[parameters + g : parameters + 2 * g]])
    mix = np.exp(logits - logits.max())
    rates, family_rates = np.exp(theta[:parameters]), np.exp(theta[parameters : parameters + g])
    return Kernel(rates, family_rates, mix / mix.sum(), float(np.exp(theta[-1])))


def _negative_likelihood(theta: Vector, D: Stack, y: Vector, parameters: int) -> tuple[float, Vector]:
    """Negative log marginal likelihood without its constant, and its gradient."""
    kernel = _kernel(theta, parameters)
    terms = kernel.terms(D)
    K = np.tensordot(kernel.mix, terms, axes=1)
    factor = cholesky(K + (kernel.noise + JITTER) * np.eye(len(y)), lower=True)
    alpha = cho_solve((factor, True), y)
    inner = 0.5 * (cho_solve((factor, True), np.eye(len(y))) - np.outer(alpha, alpha))  # dL/dK
    by_rate = -np.tensordot(D[:parameters], inner * terms[0] * kernel.mix[0], axes=2) * kernel.rates
    by_family = -(D[parameters:] * inner * terms[1:]).sum(axis=(1, 2)) * kernel.mix[1:] * kernel.family_rates
    by_mix = kernel.mix[1:] * (inner * (terms[1:] - K)).sum(axis=(1, 2))
    by_noise = kernel.noise * float(np.trace(inner))
    value = 0.5 * float(y @ alpha) + float(np.log(np.diag(factor)).sum())
    return value, np.concatenate([by_rate, by_family, by_mix, [by_noise]])


@dataclass(frozen=True, eq=False)
class Posterior:
    """A Gaussian process that has seen data: predicts mean and standard deviation of the noise-free value."""

    kernel: Kernel
    dimensions: tuple[Dimension, ...]
    X: Matrix
    factor: Matrix
    alpha: Vector

    def predict(self, rows: Matrix) -> tuple[Vector, Vector]:
        """Mean and standard deviation at (n, d) configurations."""
        K = self.kernel(distances(rows, self.X, self.dimensions))
        explained = (solve_triangular(self.factor, K.T, lower=True) ** 2).sum(axis=0)
        return K @ self.alpha, np.sqrt(np.maximum(1.0 - explained, 1e-9))


def condition(kernel: Kernel, dimensions: tuple[Dimension, ...], X: Matrix, y: Vector) -> Posterior:
    """Condition the process on (n, d) configurations and their values."""
    K = kernel(distances(X, X, dimensions)) + (kernel.noise + JITTER) * np.eye(len(y))
    factor = cholesky(K, lower=True)
    return Posterior(kernel, dimensions, X, factor, np.asarray(cho_solve((factor, True), y)))
