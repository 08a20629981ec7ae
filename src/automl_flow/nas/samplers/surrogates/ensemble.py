"""An ensemble of small neural networks in plain NumPy; all members are trained at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from automl_flow.nas.samplers.surrogates.candidates import counts, families
from automl_flow.nas.samplers.surrogates.encoding import Dimension, Matrix, Vector

Weights = list[NDArray[np.float64]]  # W1 (E, f, h), b1 (E, 1, h), W2 (E, h, h), b2, W3 (E, h, 1), b3

LEARNING_RATE = 0.02
ANCHORING = 0.01  # strength of the pull towards each member's own first weights


def features(X: Matrix, dimensions: Sequence[Dimension]) -> Matrix:
    """Inputs of the networks for (n, d) configurations.

    Choices one-hot; numbers as place and square, with a flag for "not used"; and for parameters of the same kind how
    often each option occurs.
    """
    columns = []
    for j, dimension in enumerate(dimensions):
        if dimension.categorical:
            columns.append((X[:, [j]] == np.arange(dimension.levels)).astype(float))
        else:
            place = 2.0 * np.nan_to_num(X[:, [j]], nan=0.5) - 1.0
            columns += [place, place**2, np.isnan(X[:, [j]]).astype(float)]
    for family in families(tuple(dimensions)):
        columns.append(counts(X, family, dimensions[family[0]].levels) / np.sqrt(len(family)))
    return np.concatenate(columns, axis=1)


@dataclass(frozen=True, eq=False)
class Ensemble:
    """E networks: features, h tanh units, h rectified units, one output."""

    weights: Weights

    def predict(self, F: Matrix) -> Matrix:
        """Predictions of each member, (E, n), for (n, f) features."""
        return np.asarray(_forward(self.weights, F)[2][..., 0])


def fit_ensemble(F: Matrix, y: Vector, rng: np.random.Generator, *, members: int, width: int, steps: int) -> Ensemble:
    """Train on (n, f) features and (n,) standardised values.

    The members differ by their first weights, to which they stay anchored (Pearce et al. 2020), and by random
    weights of the samples (the Bayesian bootstrap): so they disagree where there are no data.

    Args:
        F: Features.
        y: Values.
        rng: Draws first weights and sample weights.
        members: Networks of the ensemble.
        width: Units of each hidden layer.
        steps: Steps of Adam on all samples.
    """
    scale = 1.0 / np.sqrt(max(1.0, float((F**2).sum(axis=1).mean())))
    first = [
        rng.normal(0.0, scale, (members, F.shape[1], width)),
        rng.normal(0.0, 0.3, (members, 1, width)),
        rng.normal(0.0, np.sqrt(2.0 / width), (members, width, width)),
        np.zeros((members, 1, width)),
        rng.normal(0.0, np.sqrt(1.0 / width), (members, width, 1)),
        np.zeros((members, 1, 1)),
    ]
    sample_weights = rng.exponential(size=(members, len(y), 1)) / len(y)
    weights = list(first)
    mean = [np.zeros_like(w) for w in first]
    square = [np.zeros_like(w) for w in first]
    for step in range(1, steps + 1):  # Adam with a cosine schedule
        rate = LEARNING_RATE * 0.5 * (1.0 + np.cos(np.pi * step / steps))
        for i, gradient in enumerate(_gradients(weights, F, y, sample_weights)):
            pulled = gradient + ANCHORING * (weights[i] - first[i])
            mean[i] = 0.9 * mean[i] + 0.1 * pulled
            square[i] = 0.99 * square[i] + 0.01 * pulled**2
            move = mean[i] / (1.0 - 0.9**step) / (np.sqrt(square[i] / (1.0 - 0.99**step)) + 1e-8)
            weights[i] = weights[i] - rate * move
    return Ensemble(weights)


def _forward(weights: Weights, F: Matrix) -> tuple[NDArray[np.float64], ...]:
    """Both hidden layers and the output, (E, n, ·)."""
    W1, b1, W2, b2, W3, b3 = weights
    first = np.tanh(F @ W1 + b1)
    second = np.maximum(first @ W2 + b2, 0.0)
    return first, second, second @ W3 + b3


def _gradients(weights: Weights, F: Matrix, y: Vector, sample_weights: NDArray[np.float64]) -> Weights:
    """Gradients of the weighted squared error, in the order of the weights."""
    first, second, output = _forward(weights, F)
    by_output = 2.0 * sample_weights * (output - y[None, :, None])
    by_second = (by_output @ weights[4].swapaxes(1, 2)) * (second > 0.0)
    by_first = (by_second @ weights[2].swapaxes(1, 2)) * (1.0 - first**2)
    return [
        F.T @ by_first, by_first.sum(axis=1, keepdims=True),
        first.swapaxes(1, 2) @ by_second, by_second.sum(axis=1, keepdims=True),
        second.swapaxes(1, 2) @ by_output, by_output.sum(axis=1, keepdims=True),
    ]  # fmt: skip
