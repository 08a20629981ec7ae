"""The hand-written gradients of the tables' network, against differences."""

from __future__ import annotations

import numpy as np
import pytest

from automl_flow.models._mlp import forward, gradients, initial_weights

STEP = 1e-6


@pytest.fixture
def network():
    """Weights in double precision, no longer symmetric; rows (11, 5); and a direction of the outputs (3, 11, 2)."""
    rng = np.random.default_rng(0)
    weights = initial_weights(rng, members=3, inputs=5, hidden=7, outputs=2)
    moved = {name: weight + rng.normal(scale=0.1, size=weight.shape) for name, weight in weights.items()}
    return moved, rng.normal(size=(11, 5)), rng.normal(size=(3, 11, 2))


@pytest.mark.parametrize("name", ["scale", "w1", "b1", "w2", "b2", "heads", "offsets"])
def test_gradients_are_those_of_the_forward_pass(network, name):
    weights, rows, direction = network

    def loss(change):
        return float((forward({**weights, name: weights[name] + change}, rows)[0] * direction).sum())

    _, activations = forward(weights, rows)
    found = gradients(weights, rows, activations, direction, 1.0)[name]
    for index in np.ndindex(*weights[name].shape):
        change = np.zeros_like(weights[name])
        change[index] = STEP
        assert found[index] == pytest.approx((loss(change) - loss(-change)) / (2 * STEP), rel=1e-5, abs=1e-6)


def test_units_that_were_dropped_pass_nothing_back(network):
    weights, rows, direction = network
    _, activations = forward(weights, rows, drop=lambda hidden: hidden * 0.0)
    found = gradients(weights, rows, activations, direction, 0.5)
    assert not found["w1"].any()
    assert not found["w2"].any()
    assert found["offsets"].any()
